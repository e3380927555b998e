// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.azure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.export.assemble.Evidence;
import io.tallystick.export.store.Content;
import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.Protection;
import io.tallystick.export.store.PutOutcome;
import io.tallystick.export.store.Watched;
import io.tallystick.export.store.azure.AzureDouble.Fault;
import io.tallystick.export.store.azure.AzureDouble.Seen;
import io.tallystick.topic.LedgerIntegrityException;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What goes wrong between us and a store: success that is told twice, another attempt, or an end; never another object. */
class AzureFaultsTest {
    private static final ObjectName NAME = new ObjectName("v1/tenant=acme/manifest.json");
    private static final String KEY = NAME.path();
    private static final byte[] OURS = "ours".getBytes(UTF_8);

    @TempDir
    private Path directory;

    private final Watched watch = new Watched();
    private AzureDouble azure;

    @BeforeEach
    void start() throws Exception {
        azure = new AzureDouble(directory);
    }

    @AfterEach
    void stop() {
        azure.close();
    }

    private AzureObjectStore open(LockMode mode) throws IOException {
        return azure.open(azure.settings(mode), watch);
    }

    private static PutOutcome put(AzureObjectStore store) throws IOException {
        return store.putIfAbsent(NAME, Content.of(OURS), Protection.NONE);
    }

    @ParameterizedTest
    @EnumSource(
            value = LockMode.class,
            names = {"NONE", "COMPLIANCE"})
    void adoptsAnEqualObjectThatIsThere(LockMode mode) throws Exception {
        // Given
        try (AzureObjectStore store = open(mode)) {
            azure.putBehind(KEY, "ours");

            // When
            new Evidence(store).put(NAME, OURS, Protection.NONE);

            // Then
            assertThat(azure.texts(KEY)).containsExactly("ours");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = LockMode.class,
            names = {"NONE", "COMPLIANCE"})
    void stopsAtAnotherObjectThatIsThere(LockMode mode) throws Exception {
        // Given
        try (AzureObjectStore store = open(mode)) {
            azure.putBehind(KEY, "theirs");

            // When / Then
            assertThatThrownBy(() -> new Evidence(store).put(NAME, OURS, Protection.NONE))
                    .isInstanceOf(LedgerIntegrityException.class)
                    .hasMessageContaining(KEY);
            assertThat(azure.texts(KEY)).containsExactly("theirs");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"CONFLICT", "BUSY", "INTERNAL", "DAMAGED", "COMMITTED_BETWEEN"})
    void triesAgainWhatPasses(Fault fault) throws Exception {
        // Given
        try (AzureObjectStore store = open(LockMode.NONE)) {
            azure.script(Seen::isPut, fault, fault);

            // When
            PutOutcome outcome = put(store);

            // Then
            assertThat(outcome).isEqualTo(PutOutcome.CREATED);
            assertThat(azure.texts(KEY)).containsExactly("ours");
            assertThat(azure.pauses()).hasSize(2).isSorted();
        }
    }

    @Test
    void leavesAStoreThatStaysBusyToTheExporter() throws Exception {
        // Given
        try (AzureObjectStore store = open(LockMode.NONE)) {
            azure.script(Seen::isPut, Fault.BUSY, Fault.BUSY, Fault.BUSY, Fault.BUSY, Fault.BUSY);

            // When / Then
            assertThatThrownBy(() -> put(store))
                    .isInstanceOf(IOException.class)
                    .hasMessageContainingAll(KEY, "503", "ServerBusy");
            assertThat(azure.texts(KEY)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = LockMode.class,
            names = {"NONE", "COMPLIANCE"})
    void findsWhatItStoredWhenTheAnswerWasLost(LockMode mode) throws Exception {
        // Given
        try (AzureObjectStore store = open(mode)) {
            azure.script(Seen::isPut, Fault.LOST);

            // When
            PutOutcome outcome = put(store);

            // Then: the second attempt looked, and stored nothing
            assertThat(outcome).isEqualTo(PutOutcome.EXISTED);
            assertThat(azure.texts(KEY)).containsExactly("ours");
            assertThat(azure.seen()).filteredOn(Seen::isPut).hasSize(1);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"FORBIDDEN", "EXPIRED", "NO_CONTAINER"})
    void doesNotInsistWhereItIsRefused(Fault fault) throws Exception {
        // Given
        try (AzureObjectStore store = open(LockMode.NONE)) {
            azure.script(Seen::isPut, fault);

            // When / Then
            assertThatThrownBy(() -> put(store))
                    .isInstanceOf(IOException.class)
                    .hasMessageContainingAll(KEY, "credentials");
            assertThat(azure.seen()).filteredOn(Seen::isPut).hasSize(1);
            assertThat(put(store)).isEqualTo(PutOutcome.CREATED);
        }
    }

    @Test
    void noticesWhatAStoreLost() throws Exception {
        // Given
        try (AzureObjectStore store = open(LockMode.NONE)) {
            azure.script(Seen::isPut, Fault.TRUNCATED);

            // When / Then
            assertThatThrownBy(() -> put(store)).isInstanceOf(IOException.class).hasMessageContaining("other bytes");
            assertThatThrownBy(() -> new Evidence(store).put(NAME, OURS, Protection.NONE))
                    .isInstanceOf(LedgerIntegrityException.class);
            assertThat(azure.texts(KEY)).containsExactly("ou");
        }
    }

    @Test
    void readsTheOldestVersionAndReportsTheSecond() throws Exception {
        // Given
        try (AzureObjectStore store = open(LockMode.COMPLIANCE)) {
            put(store);
            azure.putBehind(KEY, "forged");

            // When
            byte[] read = store.read(NAME, 100).orElseThrow();

            // Then
            assertThat(read).isEqualTo(OURS);
            assertThat(watch.reports()).contains("ambiguous " + KEY);
        }
    }

    @Test
    void isNotFooledByABlobThatWasHidden() throws Exception {
        // Given
        try (AzureObjectStore store = open(LockMode.COMPLIANCE)) {
            put(store);
            azure.hideBehind(KEY);

            // When
            PutOutcome outcome = put(store);

            // Then
            assertThat(outcome).isEqualTo(PutOutcome.EXISTED);
            assertThat(store.read(NAME, 100)).hasValue(OURS);
            assertThat(watch.reports()).isNotEmpty();
        }
    }

    @Test
    void loserOfARaceIsTold() throws Exception {
        // Given: another writer stores between our look and our PUT
        try (AzureObjectStore store = open(LockMode.COMPLIANCE)) {
            azure.beforeNext(Seen::isPut, () -> azure.putBehind(KEY, "theirs"));

            // When
            PutOutcome outcome = put(store);

            // Then
            assertThat(outcome).isEqualTo(PutOutcome.EXISTED);
            assertThat(azure.texts(KEY)).containsExactly("theirs");
        }
    }

    @Test
    void refusesAContainerThatIsNotThere() throws Exception {
        // Given
        try (AzureObjectStore store = open(LockMode.NONE)) {
            azure.script(seen -> seen.method().equals("GET"), Fault.NO_CONTAINER);

            // When / Then
            assertThatThrownBy(() -> store.read(NAME, 100))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("ContainerNotFound");
        }
    }
}
