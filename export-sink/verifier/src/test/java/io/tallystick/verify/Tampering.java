// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.trust.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A copy of the scenario's bucket for one case, with what a case needs to tamper with it. */
final class Tampering {
    final TestLedger ledger;
    final TestKeys keys;
    final Path folder;
    final Path bucket;
    Path trustRoot;
    VerifyRequest request;

    Tampering(Scenario scenario, Path folder) throws IOException {
        this.ledger = scenario.ledger;
        this.keys = ledger.keys;
        this.folder = folder;
        this.bucket = Scenario.copy(ledger.bucket, folder.resolve("bucket"));
        this.trustRoot = Files.copy(scenario.trustRoot, folder.resolve("trust-root.json"));
        this.request = VerifyRequest.of(bucket).withTrustRoot(trustRoot);
    }

    TestBundle acme(int window) {
        return new TestBundle(bucket.resolve(Scenario.path("acme", window)));
    }

    TestBundle globex(int window) {
        return new TestBundle(bucket.resolve(Scenario.path("globex", window)));
    }

    Path leaves(int window) {
        return bucket.resolve("v1/registry").resolve(TestLedger.window(Scenario.start(window)));
    }

    /** Verify this bundle alone, in its bucket. */
    void only(TestBundle bundle) {
        request = VerifyRequest.of(bundle.folder).withTrustRoot(trustRoot);
    }

    void target(Path path) {
        request = VerifyRequest.of(path).withTrustRoot(trustRoot);
    }

    void trustRoot(byte[] content) throws IOException {
        Files.write(trustRoot, content);
    }

    /** Signs everything anew with the ledger's own bundle key: an insider's tampering. */
    void reseal(TestBundle bundle) throws IOException {
        reseal(bundle, keys.bundle);
    }

    void reseal(TestBundle bundle, SigningKey key) throws IOException {
        bundle.seal(key, Scenario.start(4).plus(Duration.ofDays(30)));
    }

    /** Signs what lies there, export.json as it is. */
    void sealStatement(TestBundle bundle) throws IOException {
        bundle.sealStatement(keys.bundle);
    }
}
