package org.cresset.registry;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The few Python literals that stand as defaults in signatures. */
final class Literals {
    private Literals() {}

    static @Nullable Object parse(String text) {
        String s = text.strip();
        switch (s) {
            case "None":
                return null;
            case "True":
                return true;
            case "False":
                return false;
            case "inf":
                return Double.POSITIVE_INFINITY;
            case "-inf":
                return Double.NEGATIVE_INFINITY;
            default:
                break;
        }
        char first = s.charAt(0);
        if (first == '\'' || first == '"') {
            return s.substring(1, s.length() - 1);
        }
        if (first == '(' || first == '[') {
            List<@Nullable Object> parts = new ArrayList<>();
            for (String part : split(s.substring(1, s.length() - 1))) {
                parts.add(parse(part));
            }
            return parts;
        }
        if (Character.isLetter(first)) {
            return s; // a constant such as torch.float32
        }
        return s.contains(".") || s.contains("e") ? (Object) Double.valueOf(s) : Long.valueOf(s);
    }

    /** The parts between commas outside of brackets and quotes; empty parts are left out. */
    static List<String> split(String s) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int start = 0;
        char quote = 0;
        for (int i = 0; i <= s.length(); i++) {
            char c = i == s.length() ? ',' : s.charAt(i);
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '\'' || c == '"') {
                quote = c;
            } else if (c == '(' || c == '[') {
                depth++;
            } else if (c == ')' || c == ']') {
                depth--;
            } else if (c == ',' && depth == 0) {
                String part = s.substring(start, i).strip();
                if (!part.isEmpty()) {
                    parts.add(part);
                }
                start = i + 1;
            }
        }
        return parts;
    }
}
