// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be evidence, or is too much, is refused before anything is fetched. */
class FetchLimitsTest extends GoldenFetch {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "v1/../../etc/cron.d/evil",
                "v1/tenant=acme/../x",
                "v1//x",
                "v1/.hidden",
                "v1/a b",
                "v1/a\\b",
                "v1/C:/x",
                "v1/tenant=acme/x/"
            })
    void aNameThatLeadsElsewhereIsRefusedBeforeAnythingIsFetched(String name) throws Exception {
        bucket.put(name, new byte[] {1});

        assertThatThrownBy(this::fetchAll)
                .isInstanceOf(UnfitBucketException.class)
                .hasMessageContaining("no evidence can have");
        assertThat(here()).isEmpty();
    }

    @Test
    void aNameThatIsTooLongIsRefused() throws Exception {
        bucket.put("v1/" + "x".repeat(300), new byte[] {1});

        assertThatThrownBy(this::fetchAll).isInstanceOf(UnfitBucketException.class);
    }

    @Test
    void anObjectLargerThanItMayBeIsRefusedBeforeAnythingIsFetched() throws Exception {
        // Given
        bucket.remove(WINDOW + "checkpoint");
        bucket.put(WINDOW + "checkpoint", new byte[64 * 1024 + 1]);

        // Then
        assertThatThrownBy(this::fetchAll)
                .isInstanceOf(UnfitBucketException.class)
                .hasMessageContaining(WINDOW + "checkpoint")
                .hasMessageContaining("65537");
        assertThat(here()).isEmpty();
    }

    @Test
    void anObjectThatIsAFolderTooIsRefused() {
        bucket.put(WINDOW + "manifest.json/x", new byte[] {1});

        assertThatThrownBy(this::fetchAll)
                .isInstanceOf(UnfitBucketException.class)
                .hasMessageContaining("an object and a folder");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "v1/tenant=acme",
                "v1/tenant=acme/dt=2026-11-21",
                "v1/registry",
                "v1/tenant=acme/dt=2026-11-21/window_start=20261121T031500Z"
            })
    void anObjectThatIsAFolderFurtherUpIsRefusedBeforeAnythingIsFetched(String name) throws Exception {
        bucket.put(name, new byte[] {1});
        bucket.put(name + "-and", new byte[] {1});

        assertThatThrownBy(this::fetchAll)
                .isInstanceOf(UnfitBucketException.class)
                .hasMessage(name + " is an object and a folder");
        assertThat(here()).isEmpty();
    }

    @Test
    void manifestsAndFoldersWithoutACheckpointAreCountedToo() {
        // Given: more than are allowed, and nothing of them to fetch
        for (int i = 10; i < 24; i++) {
            bucket.put(WINDOW.replace("T0315", "T" + i + "15") + "export.json", new byte[] {1});
        }
        BucketFetch few = new BucketFetch(store, SILENT, 11, any -> Long.MAX_VALUE);
        Extent later = Extent.ALL
                .withTenant("acme")
                .withoutRegistry()
                .within(Instant.parse("2026-11-21T10:00:00Z"), Instant.MAX);

        // Then
        assertThatThrownBy(() -> few.into(folder, later, Narrowing.NONE))
                .isInstanceOf(TooMuchException.class)
                .hasMessageContaining("more than 11 folders without a checkpoint");
        for (int i = 10; i < 24; i++) {
            bucket.put(WINDOW.replace("T0315", "T" + i + "15") + "manifest.json", new byte[] {1});
        }
        assertThatThrownBy(() -> few.into(folder, later, Narrowing.NONE))
                .isInstanceOf(TooMuchException.class)
                .hasMessageContaining("more than 11 manifests");
    }

    @Test
    void moreObjectsThanAreFetchedAtOnceAreNotFetched() throws Exception {
        BucketFetch fetch = new BucketFetch(store, SILENT, golden.size() - 1, any -> Long.MAX_VALUE);

        assertThatThrownBy(() -> fetch.into(folder, Extent.ALL, Narrowing.NONE))
                .isInstanceOf(TooMuchException.class)
                .hasMessageContaining("more than " + (golden.size() - 1) + " objects");
        assertThat(here()).isEmpty();
    }

    @Test
    void withoutRoomNothingIsFetched() throws Exception {
        BucketFetch fetch = new BucketFetch(store, SILENT, BucketFetch.OBJECTS_MAX, any -> 4_096);

        assertThatThrownBy(() -> fetch.into(folder, Extent.ALL, Narrowing.NONE))
                .isInstanceOf(ScratchException.class)
                .hasMessageContaining("MiB left");
        assertThat(here()).isEmpty();
    }
}
