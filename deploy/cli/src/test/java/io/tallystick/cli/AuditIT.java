// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.luben.zstd.Zstd;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.Manifest;
import io.tallystick.json.Jcs;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonParser;
import io.tallystick.topic.Topics;
import io.tallystick.trust.Signatures;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustedKey;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bundle is damaged in the store while the ledger runs: the operator's own bundles tell, and verify. */
class AuditIT {
    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    private Path directory;

    @AutoClose
    private UpProcess up;

    private LedgerHome home() {
        return new LedgerHome(directory.resolve("ledger"));
    }

    /** The lines of the operator's bundles with an audit that found something false, oldest first. */
    private List<JsonObject> alarms() throws Exception {
        List<JsonObject> alarms = new ArrayList<>();
        for (Path bundle : BundleCounts.bundles(home().bucket(), Topics.OPERATOR)) {
            for (Manifest.DataFile file : BundleCounts.manifest(bundle).data()) {
                byte[] stored = Files.readAllBytes(bundle.resolve(file.name() + BundleLayout.STORED_SUFFIX));
                byte[] content = Zstd.decompress(stored, Math.toIntExact(file.bytes()));
                for (String line : new String(content, UTF_8).lines().toList()) {
                    JsonObject parsed = JsonParser.parseObject(line.getBytes(UTF_8), 64);
                    if (line.contains("\"type\":\"ledger.audit\"")
                            && !failed(parsed).isEmpty()) {
                        alarms.add(parsed);
                    }
                }
            }
        }
        return alarms;
    }

    private static List<JsonObject> failed(JsonObject line) throws Exception {
        return line.object("payload").object("signed").array("failed").objects();
    }

    @Test
    void aDamagedBundleIsToldInTheOperatorsChain() throws Exception {
        // Given
        Files.createDirectories(home().directory());
        Files.write(home().config(), List.of("ledger.export.audit.interval.ms=200", "ledger.export.audit.share=1.0"));
        up = UpProcess.start(home().directory(), WINDOW);
        await().atMost(PATIENCE).until(() -> !BundleCounts.bundles(home().bucket(), Topics.OPERATOR)
                .isEmpty());
        Path bundle = BundleCounts.bundles(home().bucket(), Topics.OPERATOR).get(0);
        Path signature = bundle.resolve(BundleLayout.MANIFEST_SIGNATURE);
        byte[] whole = Files.readAllBytes(signature);
        byte[] damaged = whole.clone();
        damaged[damaged.length - 1] ^= 1;

        // When
        Files.write(signature, damaged);
        await().atMost(PATIENCE).until(() -> !alarms().isEmpty());
        Files.write(signature, whole);
        up.stop();

        // Then: an event as any other, signed by the bundle key besides
        JsonObject line = alarms().get(0);
        JsonObject entry = line.object("entry");
        assertThat(entry.string("chain")).isEqualTo("operator/0");
        assertThat(entry.string("kind")).isEqualTo("event");
        assertThat(entry.string("producer"))
                .isEqualTo(BundleCounts.manifest(bundle).origin());
        assertThat(entry.string("id")).isNotEmpty();
        assertThat(OffsetDateTime.parse(entry.string("time"))).isNotNull();
        assertThat(entry.object("payload").string("media")).isEqualTo("application/json");
        assertThat(failed(line)).anySatisfy(finding -> {
            assertThat(finding.string("tenant")).isEqualTo(Topics.OPERATOR);
            assertThat(finding.longValue("exitCode")).isEqualTo(1);
        });
        requireSigned(line.object("payload"));
        TallyRun verified = TallyRun.of(
                "verify",
                home().bucket().toString(),
                "--trust-root",
                home().trustRoot().toString());
        assertThat(verified.exitCode()).as(verified.everything()).isZero();
    }

    private void requireSigned(JsonObject payload) throws Exception {
        TrustedKey key = TrustRoot.parse(Files.readAllBytes(home().trustRoot()))
                .key(payload.string("keyId"))
                .orElseThrow();
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.writeBytes("tallystick/audit/v1\0".getBytes(UTF_8));
        message.writeBytes(Jcs.encode(payload.object("signed")));
        assertThat(key.roles()).contains(TrustRole.BUNDLE);
        Signatures.verify(
                key.algorithm(),
                key.spki(),
                message.toByteArray(),
                Base64.getDecoder().decode(payload.string("sig")));
    }
}
