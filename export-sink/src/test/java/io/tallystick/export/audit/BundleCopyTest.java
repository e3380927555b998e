// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.bundle.BundleLayout;
import io.tallystick.export.assemble.SampleLedger;
import io.tallystick.export.assemble.SharedObjects;
import io.tallystick.export.store.MemoryObjectStore;
import io.tallystick.export.store.Protection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which receipts of later checkpoints are fetched for a bundle. */
class BundleCopyTest {
    private static final String WITNESS = "cosignature-00000001";
    private static final String AUTHORITY = "tsa-1.tsr";
    private static final int WINDOWS = 14;

    @TempDir
    Path temp;

    private final MemoryObjectStore store = new MemoryObjectStore();
    private final SharedObjects shared = new SharedObjects(store);
    private final List<SampleLedger.Sealed> windows = new ArrayList<>();

    @BeforeEach
    void seal() throws IOException {
        SampleLedger ledger = new SampleLedger();
        for (int i = 0; i < WINDOWS; i++) {
            windows.add(ledger.seal());
            shared.putRegistry(windows.get(i).toCore(), Protection.NONE);
        }
    }

    private void answer(String name, int window) throws IOException {
        shared.putReceipt(start(window), size(window), name, new byte[] {1}, Protection.NONE);
    }

    private Instant start(int window) {
        return windows.get(window).window().start();
    }

    private long size(int window) {
        return windows.get(window).registry().size();
    }

    private void fetchLater() throws IOException, BundleCopy.UnfitException {
        new BundleCopy(store, temp, new TreeMap<>(Map.of(WITNESS, 100, AUTHORITY, 100)))
                .fetchLater(windows.get(0).window());
    }

    private boolean isFetched(String name, int window) {
        return Files.exists(temp.resolve(BundleLayout.anchorsDir(start(window), size(window)))
                .resolve(name));
    }

    @Test
    void anAnswerIsFoundBehindManyOfAnotherParty() throws Exception {
        // Given: one witness, of several that are needed perhaps, answers in every window
        for (int window = 1; window < WINDOWS; window++) {
            answer(WITNESS, window);
        }
        answer(AUTHORITY, 12);

        // When
        fetchLater();

        // Then: the bound holds for each party
        assertThat(isFetched(AUTHORITY, 12)).isTrue();
        assertThat(isFetched(WITNESS, 8)).isTrue();
        assertThat(isFetched(WITNESS, 9)).isFalse();
        for (int window = 1; window <= 12; window++) {
            assertThat(temp.resolve(BundleLayout.registryDir(start(window))).resolve(BundleLayout.LEAVES))
                    .as("leaves of window %d", window)
                    .exists();
        }
    }

    @Test
    void partiesThatAllAnswerEndTheSearch() throws Exception {
        // Given
        for (int window = 1; window < WINDOWS; window++) {
            answer(WITNESS, window);
            answer(AUTHORITY, window);
        }

        // When
        fetchLater();

        // Then
        assertThat(isFetched(AUTHORITY, 8)).isTrue();
        assertThat(temp.resolve(BundleLayout.registryDir(start(9)))).doesNotExist();
    }

    @Test
    void whatPartiesThatAreNotListedAnswerCountsForNothing() throws Exception {
        // Given
        for (int window = 1; window < WINDOWS - 1; window++) {
            answer("tsa-foreign.tsr", window);
        }
        answer(AUTHORITY, WINDOWS - 1);

        // When
        fetchLater();

        // Then
        assertThat(isFetched(AUTHORITY, WINDOWS - 1)).isTrue();
        assertThat(isFetched("tsa-foreign.tsr", 1)).isFalse();
    }
}
