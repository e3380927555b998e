// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.export.store.Content;
import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.Protection;
import io.tallystick.export.store.StoreListing;
import io.tallystick.export.store.StoredObject;
import io.tallystick.export.store.s3.FaultyBucket;
import io.tallystick.receipt.ReceiptNames;
import io.tallystick.receipt.WantedReceipts;
import io.tallystick.trust.TrustAnchors;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The verifier's golden bucket, fetched from one of S3. */
class BucketFetchTest {
    private static final Path GOLDEN = Path.of("verifier/src/test/resources/bundles/four-windows/bucket");
    private static final String WINDOW = "v1/tenant=acme/dt=2026-11-21/window_start=20261121T031500Z/";
    private static final String START = "window_start=";
    private static final Instant THIRD = Instant.parse("2026-11-21T03:30:00Z");
    private static final Instant NEXT_DAY = Instant.parse("2026-11-22T00:00:00Z");
    private static final Instant UNTIL = Instant.parse("2099-01-01T00:00:00Z");
    private static final Extent FIRST =
            Extent.ALL.withTenant("acme").within(THIRD.minusSeconds(1_800), THIRD.minusSeconds(900));
    private static final BucketFetch.Progress SILENT = (objects, objectsAll, bytes, bytesAll) -> {};

    @TempDir
    private Path folder;

    private final SortedMap<String, byte[]> golden = new TreeMap<>();
    private FaultyBucket bucket;
    private StoreListing store;

    @BeforeEach
    void fill() throws IOException {
        bucket = new FaultyBucket();
        store = bucket.reader();
        try (Stream<Path> files = Files.walk(GOLDEN)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                golden.put(GOLDEN.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        golden.forEach(bucket::put);
    }

    @AfterEach
    void close() throws IOException {
        store.close();
        bucket.close();
    }

    private Optional<Fetched> fetch(Extent extent, Narrowing narrowing) throws Exception {
        return new BucketFetch(store, SILENT).into(folder, extent, narrowing);
    }

    private Fetched fetchAll() throws Exception {
        return fetch(Extent.ALL, Narrowing.NONE).orElseThrow();
    }

    private Set<String> here() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return new TreeSet<>(files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .toList());
        }
    }

    private void requireGolden() throws IOException {
        assertThat(here()).isEqualTo(golden.keySet());
        for (String name : here()) {
            assertThat(Files.readAllBytes(folder.resolve(name))).isEqualTo(golden.get(name));
        }
    }

    private Set<String> windowsOf(String tenant) throws IOException {
        return new TreeSet<>(here().stream()
                .filter(name -> name.startsWith("v1/" + tenant + "/"))
                .map(name ->
                        name.substring(name.indexOf(START) + START.length()).substring(0, 16))
                .toList());
    }

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

    /** Size of the registry at the end of a golden window. */
    private long size(String start) {
        String checkpoint = golden.keySet().stream()
                .filter(name -> name.startsWith("v1/registry/") && name.endsWith(start + "/checkpoint"))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(new String(golden.get(checkpoint), StandardCharsets.UTF_8).split("\n", -1)[1]);
    }

    private String receipt(String start, String name) {
        return "v1/anchors/dt=2026-11-21/" + size(start) + "/" + name;
    }

    @Test
    void ofAPeriodWhatIsAnchoredOnlyLaterIsFetchedWithTheLeavesUpToThere() throws Exception {
        // Given: a party that has answered, and one that did two windows later; and the day after
        bucket.put(receipt("T030000Z", "tsa1.tsr"), new byte[] {1});
        bucket.put(receipt("T031500Z", "tsa1.tsr"), new byte[] {1});
        bucket.put(receipt("T033000Z", "cosignature-01234567"), new byte[] {1});
        bucket.put("v1/anchors/dt=2026-11-22/99/tsa1.tsr", new byte[] {1});
        bucket.put("v1/registry/dt=2026-11-22/window_start=20261122T000000Z/leaves.ndjson", new byte[] {1});

        // When
        fetch(FIRST, Narrowing.NONE);

        // Then
        assertThat(windowsOf("tenant=acme")).containsExactly("20261121T030000Z");
        assertThat(windowsOf("registry")).contains("20261121T031500Z", "20261121T033000Z");
        assertThat(here())
                .contains(receipt("T033000Z", "cosignature-01234567"))
                .noneMatch(name -> name.contains("dt=2026-11-22"));
    }

    @Test
    void ofAPeriodThatEndsWithADayTheNextDaysAnchorsAreFetchedIfTheyAreNeeded() throws Exception {
        // Given
        Extent day = Extent.ALL.withTenant("acme").within(Instant.parse("2026-11-21T00:00:00Z"), NEXT_DAY);
        bucket.put("v1/anchors/dt=2026-11-22/99/tsa1.tsr", new byte[] {1});
        bucket.put("v1/anchors/dt=2026-11-23/199/tsa1.tsr", new byte[] {1});
        bucket.put("v1/registry/dt=2026-11-22/window_start=20261122T000000Z/leaves.ndjson", new byte[] {1});
        bucket.put("v1/registry/dt=2026-11-23/window_start=20261123T000000Z/leaves.ndjson", new byte[] {1});

        // When
        fetch(day, Narrowing.NONE);

        // Then
        assertThat(here())
                .contains("v1/anchors/dt=2026-11-22/99/tsa1.tsr")
                .contains("v1/registry/dt=2026-11-22/window_start=20261122T000000Z/leaves.ndjson")
                .noneMatch(name -> name.contains("dt=2026-11-23"));
    }

    @Test
    void whereEveryPartyHasAnsweredNothingLaterIsFetched() throws Exception {
        // Given
        for (String start : List.of("T030000Z", "T031500Z", "T033000Z", "T034500Z")) {
            bucket.put(receipt(start, "tsa1.tsr"), new byte[] {1});
        }

        // When
        fetch(FIRST, Narrowing.NONE);

        // Then
        assertThat(windowsOf("registry")).containsExactly("20261121T030000Z");
    }

    @Test
    void ofOneWindowThatIsLookedForWhatIsAnchoredLaterIsFetchedIfTheRegistryIs() throws Exception {
        // Given
        bucket.put(receipt("T034500Z", "tsa1.tsr"), new byte[] {1});
        Narrowing first = Narrowing.at(manifest -> manifest.window().start().isBefore(THIRD.minusSeconds(900)));

        // When
        fetch(Extent.ALL.withTenant("acme"), first);

        // Then
        assertThat(windowsOf("tenant=acme")).containsExactly("20261121T030000Z");
        assertThat(windowsOf("registry")).hasSize(4);
        assertThat(here()).contains(receipt("T034500Z", "tsa1.tsr"));
    }

    @Test
    void noMoreLaterCheckpointsAreFetchedThanTheVerifierLooksAt() throws Exception {
        // Given: a new party every day
        for (int day = 10; day < 30; day++) {
            bucket.put("v1/anchors/dt=2026-12-" + day + "/" + day + "0/tsa" + day + ".tsr", new byte[] {1});
        }

        // When
        fetch(FIRST, Narrowing.NONE);

        // Then
        assertThat(here().stream().filter(name -> name.startsWith("v1/anchors/")))
                .hasSize(8)
                .noneMatch(name -> name.contains("dt=2026-12-18"));
    }

    /** A log answers for every checkpoint, one a day, and an authority for the last alone. */
    private void stampAfterALongOutage() {
        for (int day = 10; day < 30; day++) {
            bucket.put("v1/anchors/dt=2026-12-" + day + "/" + day + "0/log1.log.json", new byte[] {1});
        }
        bucket.put("v1/anchors/dt=2026-12-28/280/tsa1.tsr", new byte[] {1});
    }

    private static WantedReceipts stamped() {
        return new WantedReceipts(
                Set.of(
                        ReceiptNames.parse("log1.log.json").orElseThrow(),
                        ReceiptNames.parse("tsa1.tsr").orElseThrow()),
                Map.of(TrustAnchors.Kind.TSA, 1),
                0);
    }

    @Test
    void whoAnswersAlwaysHidesNobodyWhoIsAskedForAndComesBackLate() throws Exception {
        // Given
        stampAfterALongOutage();

        // When
        fetch(FIRST.withReceipts(stamped()), Narrowing.NONE);

        // Then
        assertThat(here())
                .contains("v1/anchors/dt=2026-12-28/280/tsa1.tsr")
                .noneMatch(name -> name.contains("dt=2026-12-29"));
        assertThat(windowsOf("registry")).hasSize(4);
    }

    @Test
    void ofOneWindowWhatIsAskedForIsFetchedHoweverFarBehind() throws Exception {
        // Given
        stampAfterALongOutage();
        Narrowing first = Narrowing.at(manifest -> manifest.window().start().isBefore(THIRD.minusSeconds(900)));

        // When
        fetch(Extent.ALL.withTenant("acme").withReceipts(stamped()), first);

        // Then
        assertThat(here())
                .contains("v1/anchors/dt=2026-12-28/280/tsa1.tsr")
                .noneMatch(name -> name.contains("dt=2026-12-29"));
    }

    @Test
    void whatNobodyAsksForIsNotFetchedFromFarBehind() throws Exception {
        // Given
        stampAfterALongOutage();

        // When
        fetch(FIRST, Narrowing.NONE);

        // Then
        assertThat(here().stream().filter(name -> name.startsWith("v1/anchors/")))
                .containsExactly("v1/anchors/dt=2026-12-10/100/log1.log.json");
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
    void aBrokenTransferIsRepeated() throws Exception {
        // Given
        bucket.cutShortOnce(WINDOW + "manifest.json");

        // When
        fetchAll();

        // Then
        requireGolden();
        assertThat(bucket.gets(WINDOW + "manifest.json")).isEqualTo(2);
    }

    @Test
    void anEmptyBucketHasNothing() throws Exception {
        golden.keySet().forEach(bucket::remove);

        assertThat(fetch(Extent.ALL, Narrowing.NONE)).isEmpty();
    }

    @Test
    void whatIsCutShortEveryTimeIsAFaultOfTheStore() throws Exception {
        bucket.cutShort(WINDOW + "manifest.json");

        assertThatThrownBy(this::fetchAll)
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(ScratchException.class)
                .hasMessageContaining(WINDOW + "manifest.json");
    }

    @Test
    void anObjectThatVanishesIsNoFaultOfTheEvidence() {
        bucket.beforeGet(WINDOW + "manifest.sig", () -> bucket.remove(WINDOW + "manifest.sig"));

        assertThatThrownBy(this::fetchAll)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("manifest.sig was listed and is not there any more");
    }

    @Test
    void aRefusalOfTheStoreIsAFaultOfTheStore() {
        bucket.forbid();

        assertThatThrownBy(this::fetchAll).isInstanceOf(IOException.class).hasMessageContaining("403");
    }

    @Test
    void aBucketThatIsNotThereIsAFaultOfTheStore() {
        bucket.vanish();

        assertThatThrownBy(this::fetchAll).isInstanceOf(IOException.class).hasMessageContaining("NoSuchBucket");
    }

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
    void aFolderThatWasTakenAwayIsNotMadeAgain() throws Exception {
        // Given
        Path scratch = Files.createDirectory(folder.resolve("scratch"));
        BucketFetch.Progress takenAway = (objects, objectsAll, bytes, bytesAll) -> {
            try {
                Files.move(scratch, folder.resolve("gone"));
            } catch (IOException e) {
                assertThat(scratch).doesNotExist(); // the second time
            }
        };

        // Then
        assertThatThrownBy(() -> new BucketFetch(store, takenAway).into(scratch, Extent.ALL, Narrowing.NONE))
                .isInstanceOf(ScratchException.class);
        assertThat(scratch).doesNotExist();
    }

    /** The first object that is asked for fails, every time; the others wait. */
    private static final class Stuck implements StoreListing {
        private final StoreListing store;
        private final AtomicReference<String> broken = new AtomicReference<>();
        private final AtomicInteger waiting = new AtomicInteger();

        Stuck(StoreListing store) {
            this.store = store;
        }

        @Override
        public void list(String prefix, Visitor visitor) throws IOException {
            store.list(prefix, visitor);
        }

        @Override
        public Optional<Opened> open(StoredObject object) throws IOException {
            broken.compareAndSet(null, object.name());
            if (object.name().equals(broken.get())) {
                throw new IOException("broken");
            }
            waiting.incrementAndGet();
            try {
                TimeUnit.SECONDS.sleep(2);
            } catch (InterruptedException e) {
                throw new InterruptedIOException("interrupted");
            } finally {
                waiting.decrementAndGet();
            }
            return store.open(object);
        }

        @Override
        public void close() {}
    }

    @Test
    void nobodyIsAtWorkAnyMoreOnceAFetchHasFailed() {
        Stuck stuck = new Stuck(store);

        assertThatThrownBy(() -> new BucketFetch(stuck, SILENT).into(folder, Extent.ALL, Narrowing.NONE))
                .isInstanceOf(IOException.class);
        assertThat(stuck.waiting).hasValue(0);
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

    @Test
    void stoppedItEndsSoon() throws Exception {
        // Given
        AtomicInteger seen = new AtomicInteger();
        BucketFetch[] fetch = new BucketFetch[1];
        fetch[0] = new BucketFetch(store, (objects, objectsAll, bytes, bytesAll) -> {
            seen.incrementAndGet();
            fetch[0].stop();
        });

        // Then
        assertThatThrownBy(() -> fetch[0].into(folder, Extent.ALL, Narrowing.NONE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("stopped");
        assertThat(seen.get()).isLessThan(golden.size());
    }
}
