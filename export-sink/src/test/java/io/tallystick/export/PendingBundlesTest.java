// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.bundle.Manifest;
import io.tallystick.entry.SchemaRef;
import io.tallystick.export.assemble.CoreExport;
import io.tallystick.export.assemble.SampleLedger;
import io.tallystick.export.assemble.SchemaMissingException;
import io.tallystick.export.assemble.TenantWindow;
import io.tallystick.export.store.MemoryObjectStore;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PendingBundlesTest {
    private static final Instant NOW = Instant.parse("2026-11-21T04:00:00Z");
    private static final SchemaRef SCHEMA = new SchemaRef(7, Hash.sha256(CoreExport.SCHEMA));

    @TempDir
    Path temp;

    private final Set<String> broken = new HashSet<>();
    private final List<String> written = new ArrayList<>();
    private final PendingBundles pending = new PendingBundles(this::write);
    private int attempts;

    /** acme and globex of the first window, of the second, of the third. */
    private List<TenantWindow> bundles;

    @BeforeEach
    void makeBundles() throws IOException {
        bundles =
                CoreExport.bundles(new MemoryObjectStore(), temp, CoreExport.threeWindows(new SampleLedger(), SCHEMA));
        assertThat(bundles).hasSize(6);
    }

    private void write(TenantWindow bundle) throws IOException {
        attempts++;
        if (broken.contains(bundle.tenant().tenant())) {
            throw new SchemaMissingException(SCHEMA, "made to be missing");
        }
        written.add(bundle.tenant().tenant() + " " + bundle.sealed().window().start());
    }

    private void export(int window) throws IOException {
        pending.write(bundles.get(2 * window), NOW);
        pending.write(bundles.get(2 * window + 1), NOW);
        TenantWindow any = bundles.get(2 * window);
        pending.finish(any.sealed().window().start(), any.sealed().registry(), new OffsetAndMetadata(window + 1));
    }

    private void finish(Instant window, long leaves) {
        pending.finish(
                window,
                new Manifest.Registry(0, List.of(), Rfc6962.EMPTY_ROOT, leaves, Rfc6962.EMPTY_ROOT),
                new OffsetAndMetadata(0));
    }

    @Test
    void commitsEachWindowWhenNothingWaits() throws IOException {
        // When
        export(0);

        // Then
        assertThat(pending.takeCommittable()).contains(new OffsetAndMetadata(1));
        assertThat(pending.takeCommittable()).isEmpty();
    }

    @Test
    void writesTheOtherTenantsAndHoldsBackTheCommit() throws IOException {
        // Given
        broken.add("globex");

        // When
        export(0);
        export(1);

        // Then
        assertThat(written).containsExactly("acme 2026-11-21T03:15:00Z", "acme 2026-11-21T03:30:00Z");
        assertThat(pending.takeCommittable()).isEmpty();
    }

    @Test
    void doesNotOfferALaterBundleWhileAnEarlierOneOfTheTenantWaits() throws IOException {
        // Given
        broken.add("globex");
        export(0);
        broken.clear();

        // When
        export(1);

        // Then
        assertThat(written).noneMatch(bundle -> bundle.startsWith("globex"));
    }

    @Test
    void writesWhatWaitedInOrderAndCommitsTheLastWindow() throws IOException {
        // Given
        broken.add("globex");
        export(0);
        export(1);
        export(2);
        broken.clear();
        written.clear();

        // When
        pending.retry(NOW.plusSeconds(1));

        // Then
        assertThat(written)
                .containsExactly(
                        "globex 2026-11-21T03:15:00Z", "globex 2026-11-21T03:30:00Z", "globex 2026-11-21T03:45:00Z");
        assertThat(pending.takeCommittable()).contains(new OffsetAndMetadata(3));
    }

    @Test
    void commitsUpToTheFirstWindowThatWaits() throws IOException {
        // Given
        export(0);
        broken.add("acme");
        export(1);

        // Then
        assertThat(pending.takeCommittable()).contains(new OffsetAndMetadata(1));
    }

    @Test
    void triesAgainLessAndLessOftenButAtLeastEveryMinute() throws IOException {
        // Given
        broken.add("globex");
        export(0);
        attempts = 0;

        // When
        for (int second = 1; second <= 600; second++) {
            pending.retry(NOW.plusSeconds(second));
        }

        // Then
        assertThat(attempts).isBetween(10, 16);
    }

    @Test
    void passesOnEveryOtherFailure() throws IOException {
        // Given
        PendingBundles failing = new PendingBundles(bundle -> {
            throw new IOException("made to fail");
        });

        // When / Then
        assertThatThrownBy(() -> failing.write(bundles.get(0), NOW)).hasMessage("made to fail");
    }

    @Test
    void isFullAfterThreeDaysOfWindows() throws IOException {
        // Given
        broken.add("acme");
        pending.write(bundles.get(0), NOW);
        Instant first = bundles.get(0).sealed().window().start();
        for (int window = 0; window < PendingBundles.WINDOWS_MAX - 1; window++) {
            finish(first.plusSeconds(900L * window), 1);
        }
        assertThat(pending.takeCommittable()).isEmpty();
        assertThat(pending.isFull()).isFalse();

        // When
        finish(first.plusSeconds(900L * PendingBundles.WINDOWS_MAX), 1);

        // Then
        assertThat(pending.isFull()).isTrue();
        broken.clear();
        pending.retry(NOW.plusSeconds(60));
        assertThat(pending.takeCommittable()).isPresent();
        assertThat(pending.isFull()).isFalse();
    }

    @Test
    void isFullWithTooManyLeaves() throws IOException {
        // Given
        broken.add("acme");
        pending.write(bundles.get(0), NOW);

        // When
        finish(bundles.get(0).sealed().window().start(), PendingBundles.LEAVES_MAX);

        // Then
        assertThat(pending.isFull()).isTrue();
    }
}
