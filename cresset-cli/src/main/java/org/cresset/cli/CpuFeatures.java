package org.cresset.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What the processor can do that matters here. */
final class CpuFeatures {
    private static final List<String> OF_INTEREST = List.of(
            "sse4_2",
            "avx",
            "avx2",
            "fma",
            "f16c",
            "avx512f",
            "avx512bw",
            "avx512vl",
            "avx512_vnni",
            "avx512_bf16",
            "avx512_fp16",
            "amx_tile",
            "amx_bf16",
            "amx_int8",
            "asimd",
            "asimdhp",
            "bf16",
            "sve",
            "sve2");

    private CpuFeatures() {}

    /** The model and its vector instructions, where the operating system tells. */
    static String describe() {
        String model = "";
        List<String> found = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
                int colon = line.indexOf(':');
                String key = colon < 0 ? "" : line.substring(0, colon).strip();
                String value = line.substring(colon + 1).strip();
                if (key.equals("model name")) {
                    model = value + ": ";
                } else if (key.equals("flags") || key.equals("Features")) {
                    Set<String> flags = new HashSet<>(List.of(value.split("\\s+")));
                    OF_INTEREST.stream().filter(flags::contains).forEach(found::add);
                    break;
                }
            }
        } catch (IOException e) {
            return "this system doesn't tell";
        }
        return found.isEmpty() ? "this system doesn't tell" : model + String.join(" ", found);
    }
}
