// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.export.store.Content;
import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.Protection;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What of a bucket is fetched, and from when. */
class BucketFetchTest extends GoldenFetch {
    private static final Instant UNTIL = Instant.parse("2099-01-01T00:00:00Z");

    @Test
    void fetchesWhatVerificationReadsAndNothingBesideIt() throws Exception {
        // Given
        bucket.put("v1/README.md", new byte[] {1});
        bucket.put("v1/trust-root-1.json", new byte[] {1});
        bucket.put("v1/keys/k.pem", new byte[] {1});
        bucket.put("v1/sql/duckdb.sql", new byte[] {1});
        bucket.put("v1/tenant=acme/", new byte[0]);
        bucket.put("probe/canary", new byte[] {1});

        // When
        Fetched fetched = fetchAll();

        // Then
        requireGolden();
        assertThat(fetched.objects()).isEqualTo(golden.size());
        assertThat(fetched.bytes())
                .isEqualTo(golden.values().stream()
                        .mapToLong(bytes -> bytes.length)
                        .sum());
        assertThat(fetched.ambiguous()).isZero();
        assertThat(fetched.incomplete()).isZero();
    }

    @Test
    void whatIsForeignInABucketIsFetchedForTheVerifierToName() throws Exception {
        bucket.put("v1/note.txt", new byte[] {1});

        fetchAll();

        assertThat(here()).contains("v1/note.txt");
    }

    @Test
    void oneTenantIsFetchedWithTheRegistryAndNoOther() throws Exception {
        fetch(Extent.ALL.withTenant("acme"), Narrowing.NONE);

        assertThat(here()).noneMatch(name -> name.contains("globex")).anyMatch(name -> name.startsWith("v1/registry/"));
        assertThat(windowsOf("tenant=acme")).hasSize(4);
    }

    @Test
    void aPeriodIsFetchedAlone() throws Exception {
        // Given
        bucket.put("v1/anchors/dt=2026-11-21/4/a.tsr", new byte[] {1});
        bucket.put("v1/anchors/dt=2026-11-20/2/a.tsr", new byte[] {1});

        // When
        fetch(Extent.ALL.withTenant("acme").within(THIRD, THIRD.plusSeconds(1)), Narrowing.NONE);

        // Then
        assertThat(windowsOf("tenant=acme")).containsExactly("20261121T033000Z");
        assertThat(windowsOf("registry")).containsExactly("20261121T033000Z");
        assertThat(here())
                .contains("v1/anchors/dt=2026-11-21/4/a.tsr")
                .noneMatch(name -> name.contains("dt=2026-11-20"));
    }

    @Test
    void theRegistryIsFetchedOfWindowsWhoseBundlesAreGoneToo() throws Exception {
        // Given: else nobody would notice
        golden.keySet().stream()
                .filter(name -> name.contains("T030000Z") && name.contains("tenant="))
                .forEach(bucket::remove);

        // When
        fetchAll();

        // Then
        assertThat(windowsOf("tenant=acme")).hasSize(3);
        assertThat(windowsOf("registry")).hasSize(4);
    }

    @Test
    void fromWhatWasCoveredTheLastWindowIsFetchedWithAllThatFollow() throws Exception {
        // When
        fetch(Extent.ALL, Narrowing.after(manifest -> !manifest.window().start().isAfter(THIRD.minusSeconds(900))));

        // Then: of what lies before, what says of which window it is
        String first = WINDOW.replace("T0315", "T0300");
        assertThat(windowsOf("tenant=acme")).hasSize(4);
        assertThat(here().stream().filter(name -> name.startsWith(first)))
                .containsExactly(first + "checkpoint", first + "manifest.json");
        assertThat(here()).contains(WINDOW + "export.json");
        assertThat(windowsOf("registry")).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 900, 1_800, 2_700, 100_000})
    void theLastEarlyWindowIsFetchedAlone(long seconds) throws Exception {
        // Given: -1 is before all, so that nothing is told apart
        Instant place = Instant.parse("2026-11-21T03:00:00Z").plusSeconds(seconds);

        // When
        fetch(
                Extent.ALL.withTenant("acme").withoutRegistry(),
                Narrowing.at(manifest -> !manifest.window().start().isAfter(place)));

        // Then
        assertThat(windowsOf("tenant=acme")).hasSize(seconds < 0 ? 4 : 1);
        assertThat(here()).noneMatch(name -> name.startsWith("v1/registry/"));
    }

    @Test
    void wherePlacesCannotBeToldAllIsFetched() throws Exception {
        // Given
        for (String name : golden.keySet()) {
            if (name.startsWith("v1/tenant=acme/") && name.endsWith("/manifest.json")) {
                bucket.remove(name);
                bucket.put(name, new byte[] {'{'});
            }
        }

        // When
        fetch(Extent.ALL.withTenant("acme"), Narrowing.at(manifest -> true));

        // Then
        assertThat(windowsOf("tenant=acme")).hasSize(4);
    }

    @Test
    void theOldestVersionCountsAndAHiddenObjectIsThere() throws Exception {
        // Given
        bucket.put(WINDOW + "manifest.json", new byte[] {'{', '}'});
        bucket.hide(WINDOW + "checkpoint");

        // When
        Fetched fetched = fetchAll();

        // Then
        requireGolden();
        assertThat(fetched.ambiguous()).isEqualTo(2);
    }

    @Test
    void aBundleWithoutItsCheckpointIsNotFetched() throws Exception {
        // Given
        bucket.remove(WINDOW + "checkpoint");

        // When
        Fetched fetched = fetchAll();

        // Then
        assertThat(windowsOf("tenant=acme")).hasSize(3);
        assertThat(fetched.incomplete()).isEqualTo(1);
    }

    @Test
    void aBundleThatIsCompletedMeanwhileIsNotFetchedInPart() throws Exception {
        // Given: its writer comes to its end between the two listings
        bucket.remove(WINDOW + "checkpoint");
        bucket.beforeListing(2, () -> bucket.put(WINDOW + "checkpoint", golden.get(WINDOW + "checkpoint")));

        // When
        Fetched fetched = fetchAll();

        // Then
        assertThat(here()).noneMatch(name -> name.startsWith(WINDOW));
        assertThat(fetched.incomplete()).isEqualTo(1);
    }

    /** Somebody stores a copy of a bundle in a folder below that of a window. */
    private String copyBelow(String window) {
        golden.keySet().stream()
                .filter(name -> name.startsWith(WINDOW))
                .forEach(name -> bucket.put(window + "copy/" + name.substring(WINDOW.length()), golden.get(name)));
        return window + "copy";
    }

    @Test
    void aBundleBelowAWindowsFolderIsFetchedForTheVerifierToFind() throws Exception {
        // Given: not in the reach of any checkpoint of the window's own
        String copy = copyBelow(WINDOW.replace("T0315", "T0400"));

        // When
        Fetched fetched = fetchAll();

        // Then
        assertThat(here()).contains(copy + "/checkpoint", copy + "/manifest.json", copy + "/proofs/registry.json");
        assertThat(fetched.incomplete()).isZero();
        assertThat(fetched.withoutLock()).contains(copy);
    }

    @Test
    void aBundleBelowAWindowThatWasCoveredIsFound() throws Exception {
        String copy = copyBelow(WINDOW.replace("T0315", "T0230"));

        fetch(Extent.ALL, Narrowing.after(manifest -> !manifest.window().start().isAfter(THIRD)));

        assertThat(here()).contains(copy + "/checkpoint", copy + "/manifest.json");
    }

    @Test
    void aTenantWhoseBundlesAreAllGoneIsStillThere() throws Exception {
        // Given
        golden.keySet().stream()
                .filter(name -> name.startsWith("v1/tenant=acme/") && name.endsWith("/checkpoint"))
                .forEach(bucket::remove);

        // When
        Fetched fetched = fetch(Extent.ALL.withTenant("acme"), Narrowing.NONE).orElseThrow();

        // Then
        assertThat(folder.resolve("v1/tenant=acme")).isEmptyDirectory();
        assertThat(fetched.incomplete()).isEqualTo(4);
    }

    @Test
    void aWindowThatTheRegistryGetsMeanwhileIsOfTheNextFetch() throws Exception {
        // Given: an exporter at work
        String leaves = golden.keySet().stream()
                .filter(name -> name.startsWith("v1/registry/") && name.contains("T034500Z"))
                .findFirst()
                .orElseThrow();
        bucket.beforeListing(2, () -> bucket.put(leaves.replace("T034500Z", "T040000Z"), golden.get(leaves)));

        // When
        fetchAll();

        // Then
        requireGolden();
    }

    @Test
    void theRegistryOfABundleThatIsFetchedIsFetchedWithIt() throws Exception {
        // Given: its leaves come between the two listings
        String[] leaves = golden.keySet().stream()
                .filter(name -> name.startsWith("v1/registry/") && name.contains("T034500Z"))
                .toArray(String[]::new);
        for (String name : leaves) {
            bucket.remove(name);
        }
        bucket.beforeListing(2, () -> {
            for (String name : leaves) {
                bucket.put(name, golden.get(name));
            }
        });

        // When
        fetchAll();

        // Then
        requireGolden();
    }

    @Test
    void tellsTheWeakestLockOfEachBundle() throws Exception {
        // Given: acme's windows locked and held, one object of the third for less and not held, one of the last not at
        // all
        String third = WINDOW.replace("T0315", "T0330");
        String last = WINDOW.replace("T0315", "T0345");
        try (ObjectStore locking = bucket.open()) {
            for (String name : golden.keySet()) {
                if (name.startsWith("v1/tenant=acme/") && !name.equals(last + "manifest.json")) {
                    bucket.remove(name);
                    boolean less = name.equals(third + "export.json");
                    locking.putIfAbsent(
                            new ObjectName(name),
                            Content.of(golden.get(name)),
                            new Protection(less ? UNTIL.minusSeconds(60) : UNTIL, !less, ""));
                }
            }
        }

        // When
        Fetched fetched = fetchAll();

        // Then
        assertThat(fetched.locks())
                .hasSize(4)
                .containsEntry(folder(WINDOW), new Fetched.Lock(LockMode.COMPLIANCE, UNTIL, true))
                .containsEntry(folder(third), new Fetched.Lock(LockMode.COMPLIANCE, UNTIL.minusSeconds(60), false))
                .containsEntry(folder(last), new Fetched.Lock(LockMode.NONE, Instant.EPOCH, false));
        assertThat(fetched.withoutLock()).hasSize(4).allMatch(bundle -> bundle.contains("tenant=globex"));
    }

    private static String folder(String path) {
        return path.substring(0, path.length() - 1);
    }

    @Test
    void anEmptyBucketHasNothing() throws Exception {
        golden.keySet().forEach(bucket::remove);

        assertThat(fetch(Extent.ALL, Narrowing.NONE)).isEmpty();
    }
}
