package org.cresset.conformance;

/**
 * One case of a pack.
 *
 * @param name {@code group/rest}, unique within the suite; the group is an operator, a module or another heading
 * @param outcome how it ended
 * @param detail what differs or is missing, on one line; empty for a case that passed
 */
public record Case(String name, Outcome outcome, String detail) {
    /** The part of the name before the first slash. */
    public String group() {
        int slash = name.indexOf('/');
        return slash < 0 ? name : name.substring(0, slash);
    }

    /** {@code FAILED add/3: what differs}. */
    @Override
    public String toString() {
        return outcome + " " + name + (detail.isEmpty() ? "" : ": " + detail);
    }
}
