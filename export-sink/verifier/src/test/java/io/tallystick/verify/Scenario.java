// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.trust.TrustException;
import io.tallystick.trust.TrustRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.Stream;

/**
 * The bucket that tests start from: tenants acme (two chains) and globex (one, transactional), four windows from 03:00
 * on, of which the third is idle; every kind of entry.
 */
final class Scenario {
    static final Instant START = Instant.parse("2026-11-21T03:00:00Z");
    static final String DATA = "chain-0000-00000.ndjson.zst";
    static final String DATA3 = "chain-0003-00000.ndjson.zst";

    final TestLedger ledger;
    final Path trustRoot;

    private Scenario(TestLedger ledger, Path trustRoot) {
        this.ledger = ledger;
        this.trustRoot = trustRoot;
    }

    static Scenario of(TestLedger ledger, Path trustRoot) {
        return new Scenario(ledger, trustRoot);
    }

    static Scenario write(Path folder, long seed) throws IOException {
        TestLedger ledger = new TestLedger(folder.resolve("bucket"), START, seed);
        TestLedger.Tenant acme = ledger.tenant("acme", false);
        TestLedger.Tenant globex = ledger.tenant("globex", true);
        acme.chain(0)
                .genesis()
                .event("a-1", "{\"amount\":12345678901234567890,\"note\":\"first\"}")
                .event("a-2", "{\"note\":\"second\"}")
                .rejected("not-json", Text.bytes("{nonsense"))
                .rejected("null-value", null)
                .event("a-3", "[1,2,3]")
                .sourceEnd(9);
        acme.chain(3).genesis().gap(40).octets("b-1", new byte[] {0, 1, (byte) 0xff}, "application/octet-stream");
        globex.chain(0).genesis().event("g-1", "\"scalar\"");
        ledger.closeWindow();
        acme.chain(0).event("a-4", "{\"note\":\"fourth\"}").event("a-5", "{\"note\":\"fifth\"}");
        ledger.closeWindow();
        ledger.closeWindow();
        acme.chain(0)
                .event("a-6", "{\"note\":\"sixth\"}")
                .duplicate("a-6", "{\"note\":\"sixth\"}", 8)
                .control("c-1", "{\"policy\":\"mark\"}")
                .avro("a-7", new byte[] {0, 0, 0, 0, 7, 2, 65}, "{\"type\":\"string\"}");
        acme.chain(3).source("BBBBBBBBBBBBBBBBBBBBBB").event("b-2", "{}").closed();
        globex.chain(0).event("g-2", "{\"n\":1}", 2).rejected("value-too-large", new byte[2_000]);
        ledger.closeWindow();
        Path trustRoot = folder.resolve("trust-root.json");
        Files.write(trustRoot, ledger.keys.trustRoot());
        return new Scenario(ledger, trustRoot);
    }

    /** The bucket that is checked in, which an earlier {@link #write} wrote. Its keys sign nothing any more. */
    static Scenario golden() throws IOException {
        Path folder = Path.of("src/test/resources/bundles/four-windows");
        Path trustRoot = folder.resolve("trust-root.json");
        try {
            TestKeys lost = TestKeys.lost(TrustRoot.parse(Files.readAllBytes(trustRoot)));
            return new Scenario(new TestLedger(folder.resolve("bucket"), START, 0, lost), trustRoot);
        } catch (TrustException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Where the bundle of the window (0 to 3) of a tenant lies below a bucket. */
    static String path(String tenant, int window) {
        return "v1/tenant=" + tenant + "/" + TestLedger.window(start(window));
    }

    static Instant start(int window) {
        return START.plus(TestLedger.WINDOW.multipliedBy(window));
    }

    static Path copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(path, target);
                }
            }
        }
        return to;
    }

    static void deleteAll(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(path);
            }
        }
    }
}
