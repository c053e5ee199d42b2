package org.cresset.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BackgroundTest {
    @Test
    void threadsGiveWayAndTheirStartersDoNot() throws Exception {
        assumeThat(Files.exists(Path.of("/proc/thread-self/stat")))
                .as("Linux tells threads' niceness")
                .isTrue();
        int here = niceness();
        CompletableFuture<Integer> there = new CompletableFuture<>();
        Background.thread("gives-way", () -> there.complete(niceness())).start();
        assertThat(there.get(10, TimeUnit.SECONDS)).isEqualTo(Math.min(19, here + Background.NICENESS));
        assertThat(niceness()).isEqualTo(here);
    }

    /** The 19th field of what Linux says about this thread; the second one is a name in parentheses. */
    private static int niceness() {
        try {
            String stat = Files.readString(Path.of("/proc/thread-self/stat"));
            return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[16]);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
