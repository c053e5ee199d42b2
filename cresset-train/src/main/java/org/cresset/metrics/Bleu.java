package org.cresset.metrics;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.cresset.base.CressetException;

/**
 * BLEU of a corpus (Papineni et al. 2002): the geometric mean of the precisions of n-grams up to a length, each n-gram counted
 * at most as often as in the reference that has most of it, times a penalty where translations are shorter than the nearest
 * references.
 */
public final class Bleu implements Metric<Bleu> {
    private final boolean smooth;
    private final long[] matches;
    private final long[] totals;
    private long candidateLength;
    private long referenceLength;

    /** Of n-grams up to 4 words. */
    public Bleu() {
        this(4, false);
    }

    /**
     * Of n-grams up to {@code n} words; with {@code smooth} 1 is added to the counts of those of 2 words and more (Lin and Och
     * 2004), so that short texts aren't 0.
     *
     * @throws CressetException if n is less than 1
     */
    public Bleu(int n, boolean smooth) {
        if (n < 1) {
            throw CressetException.value("Bleu: n is " + n + "; expected at least 1");
        }
        this.smooth = smooth;
        matches = new long[n];
        totals = new long[n];
    }

    /** Takes in one translation and the references for it, as words. */
    public void update(List<String> candidate, List<? extends List<String>> references) {
        if (references.isEmpty()) {
            throw CressetException.value("Bleu: no reference; expected at least one");
        }
        for (int n = 1; n <= matches.length; n++) {
            Map<List<String>, Integer> most = new HashMap<>();
            for (List<String> r : references) {
                grams(r, n).forEach((g, c) -> most.merge(g, c, Math::max));
            }
            for (Map.Entry<List<String>, Integer> e : grams(candidate, n).entrySet()) {
                matches[n - 1] += Math.min(e.getValue(), most.getOrDefault(e.getKey(), 0));
                totals[n - 1] += e.getValue();
            }
        }
        candidateLength += candidate.size();
        int nearest = references.getFirst().size();
        for (List<String> r : references) {
            int difference = Math.abs(r.size() - candidate.size()) - Math.abs(nearest - candidate.size());
            if (difference < 0 || difference == 0 && r.size() < nearest) {
                nearest = r.size();
            }
        }
        referenceLength += nearest;
    }

    private static Map<List<String>, Integer> grams(List<String> words, int n) {
        Map<List<String>, Integer> counts = new HashMap<>();
        for (int i = 0; i + n <= words.size(); i++) {
            counts.merge(List.copyOf(words.subList(i, i + n)), 1, Integer::sum);
        }
        return counts;
    }

    /** From 0 to 1. */
    @Override
    public double compute() {
        if (candidateLength == 0) {
            return referenceLength == 0 ? Double.NaN : 0;
        }
        double logs = 0;
        for (int n = 0; n < matches.length; n++) {
            int more = smooth && n > 0 ? 1 : 0;
            logs += Math.log((double) (matches[n] + more) / (totals[n] + more));
        }
        double penalty = Math.min(0, 1 - (double) referenceLength / candidateLength);
        double bleu = Math.exp(penalty + logs / matches.length);
        return Double.isNaN(bleu) ? 0 : bleu; // no n-gram at all
    }

    @Override
    public void merge(Bleu other) {
        Predictions.same("Bleu", smooth == other.smooth && matches.length == other.matches.length);
        for (int n = 0; n < matches.length; n++) {
            matches[n] += other.matches[n];
            totals[n] += other.totals[n];
        }
        candidateLength += other.candidateLength;
        referenceLength += other.referenceLength;
    }

    @Override
    public void reset() {
        Arrays.fill(matches, 0);
        Arrays.fill(totals, 0);
        candidateLength = 0;
        referenceLength = 0;
    }
}
