// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.azure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.models.BlobItemProperties;
import io.tallystick.export.store.Content;
import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.Protection;
import io.tallystick.export.store.StoreListing;
import io.tallystick.export.store.StoredObject;
import io.tallystick.export.store.Watched;
import io.tallystick.export.store.azure.AzureDouble.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is found in a container, and which version of it. */
class AzureListingTest {
    private static final Instant UNTIL = Instant.parse("2099-01-01T00:00:00Z");

    @TempDir
    private Path directory;

    private AzureDouble azure;
    private AzureObjectStore store;

    @BeforeEach
    void start() throws Exception {
        azure = new AzureDouble(directory);
        store = azure.open(azure.settings(), new Watched());
    }

    @AfterEach
    void stop() {
        azure.close();
    }

    private List<StoredObject> list() throws IOException {
        List<StoredObject> found = new ArrayList<>();
        store.list("v1/", found::add);
        return found;
    }

    private String text(StoredObject object) throws IOException {
        try (InputStream in = store.open(object).orElseThrow().in()) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    @Test
    void findsEachNameOnceWithItsOldestVersion() throws Exception {
        // Given
        azure.putBehind("v1/a", "first");
        azure.putBehind("v1/a", "second!");
        azure.putBehind("v1/b", "only");
        azure.putBehind("v1/c", "hidden");
        azure.hideBehind("v1/c");
        azure.putBehind("v2/d", "elsewhere");

        // When
        List<StoredObject> found = list();

        // Then
        assertThat(found)
                .extracting(StoredObject::name, StoredObject::bytes, StoredObject::ambiguous)
                .containsExactlyInAnyOrder(tuple("v1/a", 5L, true), tuple("v1/b", 4L, false), tuple("v1/c", 6L, true));
        for (StoredObject object : found) {
            assertThat(text(object)).isIn("first", "only", "hidden");
        }
    }

    @Test
    void aPageThatLeadsToItselfIsAFaultOfTheStore() throws Exception {
        AzureListing.requireNext("v1/", null, "2");
        AzureListing.requireNext("v1/", "2", "3");
        AzureListing.requireNext("v1/", "3", null);

        assertThatThrownBy(() -> AzureListing.requireNext("v1/", "2", "2"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the same page again and again");
    }

    @Test
    void aLengthThatCannotBeIsAFaultOfTheStore() {
        BlobItem item = new BlobItem().setName("v1/a").setProperties(new BlobItemProperties());

        assertThatThrownBy(() -> AzureListing.bytes(item))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no length of v1/a");
    }

    @Test
    void showsTheLockOfWhatItOpens() throws Exception {
        // Given
        store.putIfAbsent(new ObjectName("v1/a"), Content.of(new byte[] {1}), new Protection(UNTIL, false, ""));

        // When
        StoreListing.Opened opened = store.open(list().get(0)).orElseThrow();
        opened.in().close();

        // Then
        assertThat(opened.lock()).hasValueSatisfying(lock -> {
            assertThat(lock.mode()).isEqualTo(LockMode.COMPLIANCE);
            assertThat(lock.until()).isEqualTo(UNTIL);
        });
    }

    @Test
    void whatWasNeverThereCannotBeOpened() throws Exception {
        assertThat(store.open(new StoredObject("v1/none", "", 1, false))).isEmpty();
    }

    @Test
    void aRefusalIsToldWithWhatWasAsked() throws Exception {
        // Given
        azure.script(seen -> "list".equals(seen.comp()), Fault.FORBIDDEN);

        // Then
        assertThatThrownBy(this::list)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("LIST v1/ in azure://")
                .hasMessageContaining("403");
    }
}
