// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tallystick.export.store.DirectoryObjectStore;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.Protection;
import io.tallystick.topic.LedgerIntegrityException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReceiptObjectsTest {
    private static final Instant WINDOW = Instant.parse("2026-11-21T23:45:00Z");
    private static final byte[] RECEIPT = "receipt".getBytes(UTF_8);

    @TempDir
    private Path directory;

    private ObjectStore store;
    private SharedObjects shared;

    @BeforeEach
    void open() throws IOException {
        store = DirectoryObjectStore.open(directory);
        shared = new SharedObjects(store);
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    @Test
    void aReceiptLiesWithItsCheckpointUnderTheDateOfItsWindow() throws IOException {
        assertThat(shared.putReceipt(WINDOW, 12, "tsa.tsr", RECEIPT, Protection.NONE))
                .isTrue();

        assertThat(store.read(new ObjectName("v1/anchors/dt=2026-11-21/12/tsa.tsr"), 100))
                .contains(RECEIPT);
    }

    @Test
    void aReceiptThatIsThereAlreadyIsAdopted() throws IOException {
        shared.putReceipt(WINDOW, 12, "cosignature-0123abcd", RECEIPT, Protection.NONE);

        assertThat(shared.putReceipt(WINDOW, 12, "cosignature-0123abcd", RECEIPT, Protection.NONE))
                .isTrue();
    }

    @Test
    void anotherAnswerOfTheSamePartyLeavesTheFirst() throws IOException {
        shared.putReceipt(WINDOW, 12, "tsa.tsr", RECEIPT, Protection.NONE);

        assertThat(shared.putReceipt(WINDOW, 12, "tsa.tsr", "later".getBytes(UTF_8), Protection.NONE))
                .isFalse();

        assertThat(store.read(new ObjectName("v1/anchors/dt=2026-11-21/12/tsa.tsr"), 100))
                .contains(RECEIPT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "checkpoint", "../checkpoint", "tsa.tsr/x", "cosignature-xyz", "A.tsr"})
    void whatIsNoNameOfAReceiptIsRefused(String name) {
        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(() -> shared.putReceipt(WINDOW, 12, name, RECEIPT, Protection.NONE));
    }
}
