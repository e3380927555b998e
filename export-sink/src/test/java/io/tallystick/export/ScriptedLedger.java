// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.confluent.kafka.schemaregistry.client.rest.RestService;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.entry.SchemaRef;
import io.tallystick.export.assemble.CoreExport;
import io.tallystick.export.assemble.SampleLedger;
import io.tallystick.topic.LedgerAdmin;
import io.tallystick.tree.Hash;
import io.tallystick.trust.KeyFile;
import io.tallystick.verify.VerificationReport;
import io.tallystick.verify.Verifier;
import io.tallystick.verify.VerifyRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A ledger on a real broker, three windows for its topics, and the configuration of an exporter in one directory. */
final class ScriptedLedger implements AutoCloseable {
    static final String ACME_1ST = "v1/tenant=acme/dt=2026-11-21/window_start=20261121T031500Z/";
    static final String ACME_2ND = "v1/tenant=acme/dt=2026-11-21/window_start=20261121T033000Z/";
    static final String ACME_3RD = "v1/tenant=acme/dt=2026-11-21/window_start=20261121T034500Z/";
    static final String GLOBEX_3RD = "v1/tenant=globex/dt=2026-11-21/window_start=20261121T034500Z/";

    private final SampleLedger sample = new SampleLedger();
    private final Path directory;
    private final Map<String, String> properties;
    private final List<CoreExport.WindowScript> script;
    private final LedgerFeed feed;

    /** @param directory an empty one, where the bucket and the keys are put */
    ScriptedLedger(EmbeddedLedger embedded, Path directory) throws Exception {
        this.directory = directory;
        this.properties = properties(embedded);
        ExportConfig config = new ExportConfig(properties);
        try (LedgerAdmin admin = new LedgerAdmin(config.ledger())) {
            admin.init(1);
        }
        script = CoreExport.threeWindows(sample, schema(embedded));
        feed = new LedgerFeed(config.ledger());
        feed.tenants("acme", "globex");
    }

    private Map<String, String> properties(EmbeddedLedger embedded) throws Exception {
        Path passphrase = Files.createFile(
                directory.resolve("passphrase"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(passphrase, "correct horse");
        KeyFile.write(directory.resolve("bundle.pem"), sample.bundleKey(), "correct horse".toCharArray());
        Files.write(trustRoot(), sample.trustRoot());
        Map<String, String> all = new HashMap<>();
        all.put("bootstrap.servers", embedded.bootstrapServers());
        all.put("schema.registry.url", embedded.registryUrl());
        all.put("ledger.origin", SampleLedger.ORIGIN);
        all.put("ledger.prefix", embedded.newPrefix());
        all.put("ledger.partitions", "4");
        all.put("ledger.export.directory", bucket().toString());
        all.put("ledger.export.scratch.directory", scratch().toString());
        all.put("ledger.bundle.key.file", directory.resolve("bundle.pem").toString());
        all.put("ledger.key.passphrase.file", passphrase.toString());
        all.put("ledger.trust.root.file", trustRoot().toString());
        return all;
    }

    private static SchemaRef schema(EmbeddedLedger embedded) throws Exception {
        RestService registry = new RestService(embedded.registryUrl());
        int id = registry.registerSchema(new String(CoreExport.SCHEMA, UTF_8), "sample-value");
        return new SchemaRef(
                id, Hash.sha256(registry.getId(id).getSchemaString().getBytes(UTF_8)));
    }

    /** Of the exporter; may be changed before one is started. */
    Map<String, String> properties() {
        return properties;
    }

    SampleLedger sample() {
        return sample;
    }

    LedgerFeed feed() {
        return feed;
    }

    List<CoreExport.WindowScript> script() {
        return script;
    }

    /** Where the exporter writes, unless its configuration was changed. */
    Path bucket() {
        return directory.resolve("bucket");
    }

    Path scratch() {
        return directory.resolve("scratch");
    }

    Path trustRoot() {
        return directory.resolve("trust-root.json");
    }

    /** Writes all windows, sealed. */
    void feedAll() {
        for (CoreExport.WindowScript window : script) {
            feed.entries(window);
            feed.seal(window);
        }
    }

    VerificationReport verify(Path target) {
        return Verifier.verify(VerifyRequest.of(target).withTrustRoot(trustRoot()));
    }

    void requireValid(Path target) {
        VerificationReport report = verify(target);
        assertThat(report.exitCode()).as(report.text()).isZero();
    }

    @Override
    public void close() {
        feed.close();
    }
}
