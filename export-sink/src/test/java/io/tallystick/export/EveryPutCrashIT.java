// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.bundle.BundleLayout;
import io.tallystick.entry.SchemaRef;
import io.tallystick.export.assemble.CoreExport;
import io.tallystick.export.assemble.SampleLedger;
import io.tallystick.export.store.Content;
import io.tallystick.export.store.DirectoryObjectStore;
import io.tallystick.export.store.ForwardingStore;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.Protection;
import io.tallystick.export.store.PutOutcome;
import io.tallystick.tree.Hash;
import io.tallystick.verify.BundleReport;
import io.tallystick.verify.ExitCode;
import io.tallystick.verify.VerificationReport;
import io.tallystick.verify.Verifier;
import io.tallystick.verify.VerifyRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A window's export in processes that die, one after another over one store: before and after each PUT there is. Which ones
 * there are tells a run that nobody kills. Both steps run without a broker here; {@code ExporterCrashIT} has one.
 */
class EveryPutCrashIT {
    private static final long SEED = 20_261_121L;
    private static final int END_SECONDS_MAX = 60;

    /** The window in whose export they die: of two tenants; one of its chains is idle. */
    private static final int WINDOW = 1;

    /** Of dead processes: the part file of the last one, and locks of scratch directories. */
    private static final int LEFT_BEHIND_MAX = 3;

    @TempDir
    private Path temp;

    private final SampleLedger ledger = SampleLedger.seeded(SEED);
    private final List<CoreExport.WindowScript> script = script(ledger);
    private Path bucket;
    private Path trustRoot;

    private static List<CoreExport.WindowScript> script(SampleLedger ledger) {
        return CoreExport.threeWindows(ledger, new SchemaRef(7, Hash.sha256(CoreExport.SCHEMA)));
    }

    /** The names of all PUTs, in order. */
    private static final class NotingStore extends ForwardingStore {
        private final List<String> puts = new ArrayList<>();

        NotingStore(ObjectStore store) {
            super(store);
        }

        @Override
        public PutOutcome putIfAbsent(ObjectName name, Content content, Protection protection) throws IOException {
            puts.add(name.path());
            return super.putIfAbsent(name, content, protection);
        }
    }

    /** The process that dies: bucket, scratch directory, moment and object of its death. */
    static final class Dying {
        private Dying() {}

        public static void main(String[] arguments) throws IOException {
            SampleLedger ledger = SampleLedger.seeded(SEED);
            HaltingStore.Point point = new HaltingStore.Point(HaltingStore.Moment.valueOf(arguments[2]), arguments[3]);
            try (ObjectStore store = new HaltingStore(DirectoryObjectStore.open(Path.of(arguments[0])), point)) {
                CoreExport.run(store, Path.of(arguments[1]), script(ledger).subList(0, WINDOW + 1), ledger.bundleKey());
            }
        }
    }

    @BeforeEach
    void setUp() throws IOException {
        bucket = temp.resolve("bucket");
        trustRoot = Files.write(temp.resolve("trust-root.json"), ledger.trustRoot());
    }

    private void export(ObjectStore store, int windows) throws IOException {
        Path scratch = Files.createTempDirectory(temp, "scratch");
        CoreExport.run(store, scratch, script.subList(0, windows), ledger.bundleKey());
    }

    /** What the window's export puts, in order; and a bucket of all three windows that nobody interrupted. */
    private List<String> putsOfAWholeRun(Path whole) throws IOException {
        try (NotingStore store = new NotingStore(DirectoryObjectStore.open(whole))) {
            export(store, WINDOW);
            int before = store.puts.size();
            export(store, WINDOW + 1);
            List<String> again = store.puts.subList(before, store.puts.size());
            List<String> puts = again.stream()
                    .filter(name -> !store.puts.subList(0, before).contains(name))
                    .distinct()
                    .toList();
            export(store, script.size());
            return puts;
        }
    }

    private void die(HaltingStore.Moment moment, String object) throws Exception {
        Path log = temp.resolve("log");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-Xshare:auto",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Dying.class.getName(),
                        bucket.toString(),
                        Files.createTempDirectory(temp, "scratch").toString(),
                        moment.name(),
                        object)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as("%s %s%n%s", moment, object, Files.readString(log))
                .isEqualTo(HaltingStore.HALTED);
        assertThat(Files.exists(bucket.resolve(object)))
                .as("%s %s", moment, object)
                .isEqualTo(moment == HaltingStore.Moment.AFTER);
    }

    private Instant start(int window) {
        return script.get(window).sealed().window().start();
    }

    /** A tenant's bundle is seen exactly from its checkpoint on, and nothing that is seen is wrong. */
    private void requireVisibleFromItsCheckpointOn(String tenant) {
        VerificationReport report = Verifier.verify(
                VerifyRequest.of(bucket.resolve("v1/tenant=" + tenant)).withTrustRoot(trustRoot));
        boolean committed = Files.exists(
                bucket.resolve(BundleLayout.bundleDir(tenant, start(WINDOW))).resolve(BundleLayout.CHECKPOINT));
        assertThat(report.exitCode()).as(report.text()).isIn(ExitCode.VALID, ExitCode.INCOMPLETE);
        assertThat(report.bundles()).hasSize(committed ? WINDOW + 1 : WINDOW);
        assertThat(report.bundles()).extracting(BundleReport::exitCode).containsOnly(ExitCode.VALID);
    }

    @Test
    void aWindowIsInvisibleUntilItsCheckpointWhicheverPutItsExporterDiesAt() throws Exception {
        // Given
        Path whole = temp.resolve("whole");
        List<String> puts = putsOfAWholeRun(whole);
        assertThat(puts)
                .hasSizeGreaterThanOrEqualTo(20)
                .contains(
                        BundleLayout.bundleDir("acme", start(WINDOW)) + "/checkpoint",
                        BundleLayout.bundleDir("globex", start(WINDOW)) + "/checkpoint",
                        BundleLayout.registryDir(start(WINDOW)) + "/leaves.ndjson");
        try (ObjectStore store = DirectoryObjectStore.open(bucket)) {
            export(store, WINDOW);
        }
        BucketWatch watch = new BucketWatch(bucket);
        watch.requireNothingRewritten();

        // When
        for (String put : puts) {
            for (HaltingStore.Moment moment : HaltingStore.Moment.values()) {
                die(moment, put);
                watch.requireNothingRewritten();
                assertThat(BucketWatch.scratchFiles(bucket.resolve(".scratch")))
                        .hasSizeLessThanOrEqualTo(LEFT_BEHIND_MAX);
                requireVisibleFromItsCheckpointOn("acme");
                requireVisibleFromItsCheckpointOn("globex");
            }
        }

        // Then: the same bytes as of a run that nobody interrupted
        try (ObjectStore store = DirectoryObjectStore.open(bucket)) {
            export(store, script.size());
        }
        watch.requireNothingRewritten();
        SortedMap<String, Hash> expected = CoreExport.digests(whole.resolve("v1"));
        assertThat(CoreExport.digests(bucket.resolve("v1"))).isEqualTo(expected);
    }
}
