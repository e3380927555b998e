// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.avro.AnchorKind;
import io.tallystick.avro.Attestation;
import io.tallystick.avro.AttestationState;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import io.tallystick.fixtures.TestKeys;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonParser;
import io.tallystick.note.NoteVerifiers;
import io.tallystick.serde.LedgerSerdes;
import io.tallystick.topic.LedgerAdmin;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.Topics;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.verify.ExitCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A whole rotation as an operator types it, on a real broker; no stage runs. */
@ExtendWith(LedgerExtension.class)
class KeysCommandIT {
    @TempDir
    private Path directory;

    private Path config;
    private LedgerSettings settings;

    @BeforeEach
    void setUp(EmbeddedLedger ledger) throws IOException {
        LedgerHome home = new LedgerHome(directory.resolve("ledger"));
        home.create();
        Map<String, String> properties = new TreeMap<>(LedgerKeys.defaults(home));
        LedgerKeys.of(properties).createMissing("ledger.example.com");
        properties.put("bootstrap.servers", ledger.bootstrapServers());
        properties.put("schema.registry.url", ledger.registryUrl());
        properties.put("ledger.origin", "ledger.example.com");
        properties.put("ledger.partitions", "1");
        properties.put("ledger.prefix", ledger.newPrefix());
        properties.put("ledger.window.size.ms", "1000");
        properties.put("ledger.checkpoint.interval.ms", "1000");
        properties.put("state.dir", home.state().toString());
        properties.put("ledger.signer.guard.file", directory.resolve("guard").toString());
        List<String> lines = new ArrayList<>();
        properties.forEach((key, value) -> lines.add(key + "=" + value));
        config = Files.write(home.config(), lines);
        settings = ConfigFile.settings(properties);
        try (LedgerAdmin admin = new LedgerAdmin(settings)) {
            admin.init(1);
        }
    }

    private TallyRun keys(String... arguments) {
        List<String> all = new ArrayList<>(List.of("keys"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--config", config.toString()));
        return TallyRun.of(all.toArray(String[]::new));
    }

    private List<String> operatorEvents() {
        Map<String, Object> client = settings.kafkaClient("test");
        List<String> types = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(client, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(settings.topics().in(Topics.OPERATOR), 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(200))
                        .forEach(record -> types.add(new String(
                                record.headers().lastHeader("ce_type").value(), StandardCharsets.UTF_8)));
            }
        }
        return types;
    }

    @Test
    void aKeyIsRotatedAndRetiredWithItsEventsAndNothingIsToldTwice() throws Exception {
        LedgerKeys before = LedgerKeys.of(ConfigFile.read(config));
        Path old = before.signing().get(1);
        Path fresh = directory.resolve("ledger/keys/checkpoint-p256-2.pem");
        String[] rotate = {
            "rotate", "--key", old.toString(), "--new", fresh.toString(), "--in", "0", "--overlap", "1s", "--by", "ada"
        };

        TallyRun rotated = keys(rotate);
        TallyRun again = keys(rotate);

        assertThat(rotated.exitCode()).as(rotated.everything()).isZero();
        assertThat(again.exitCode()).as(again.everything()).isZero();
        assertThat(LedgerKeys.of(ConfigFile.read(config)).signing())
                .containsExactly(before.signing().get(0), old, fresh);
        await().atMost(Duration.ofMinutes(3))
                .until(() -> keys("retire", "--key", old.toString()).err().contains("no window is sealed"));
        TallyRun retired = keys("retire", "--key", old.toString(), "--despite-backlog", "--output", "json");
        assertThat(retired.exitCode()).as(retired.everything()).isZero();
        assertThat(retired.out())
                .startsWith("{\"dryRun\":false,\"fingerprint\":")
                .contains("\"version\":3}");
        assertThat(LedgerKeys.of(ConfigFile.read(config)).signing())
                .containsExactly(before.signing().get(0), fresh);
        assertThat(operatorEvents())
                .containsExactly(
                        "ledger.tenant.created",
                        "ledger.key.introduced",
                        "ledger.trust-root.published",
                        "ledger.key.retired",
                        "ledger.trust-root.published");
        TrustRoot root = TrustRoot.parse(Files.readAllBytes(before.trustRoot()));
        assertThat(root.version()).isEqualTo(3);
        assertThat(root.keys()).extracting(key -> key.status()).containsOnlyOnce(KeyStatus.RETIRED);
        assertThat(before.trustRoot().resolveSibling("trust-root-2.json")).exists();
    }

    @Test
    void theBundleKeyIsRotatedWithItsEvents() throws Exception {
        LedgerKeys before = LedgerKeys.of(ConfigFile.read(config));
        Path old = before.bundle().get(0);
        Path fresh = directory.resolve("ledger/keys/bundle-p256-2.pem");

        TallyRun rotated = keys("rotate", "--key", old.toString(), "--new", fresh.toString(), "--output", "json");
        TallyRun again = keys("rotate", "--key", old.toString(), "--new", fresh.toString());

        assertThat(rotated.exitCode()).as(rotated.everything()).isZero();
        assertThat(again.exitCode()).as(again.everything()).isZero();
        TrustRoot now = TrustRoot.parse(Files.readAllBytes(before.trustRoot()));
        JsonObject told = JsonParser.parseObject(rotated.out().strip().getBytes(StandardCharsets.UTF_8), 4);
        assertThat(told.bool("inForce")).isTrue();
        assertThat(told.longValue("version")).isEqualTo(now.version());
        assertThat(told.string("fingerprint")).isEqualTo(now.fingerprint().toString());
        assertThat(now.key(told.string("keyId")).orElseThrow().notBefore()).isEqualTo(Instant.parse(told.string("t1")));
        assertThat(now.key(told.string("oldKeyId")).orElseThrow().notAfter())
                .isEqualTo(Instant.parse(told.string("t2")));
        assertThat(LedgerKeys.of(ConfigFile.read(config)).bundle()).containsExactly(old, fresh);
        assertThat(operatorEvents())
                .containsExactly("ledger.tenant.created", "ledger.key.introduced", "ledger.trust-root.published");
    }

    @Test
    void aVersionIsPutInForceWithItsEvents() throws Exception {
        LedgerKeys keys = LedgerKeys.of(ConfigFile.read(config));
        TrustRoot before = TrustRoot.parse(Files.readAllBytes(keys.trustRoot()));
        String keyId =
                before.keys(TrustRole.CHECKPOINT, "ledger.example.com").get(0).keyId();
        String next = directory.resolve("next.json").toString();
        String passphrase = keys.passphrase().toString();
        String rootKey = keys.root().orElseThrow().toString();
        List<String[]> commands = List.of(
                new String[] {"update", keys.trustRoot().toString(), next, "--key", keyId, "--status", "revoked"},
                new String[] {"sign", next, "--key", rootKey, "--passphrase-file", passphrase},
                new String[] {"install", next, "--config", config.toString()},
                new String[] {"install", next, "--config", config.toString(), "--output", "json"});

        for (String[] command : commands) {
            List<String> all = new ArrayList<>(List.of("trust-root"));
            all.addAll(List.of(command));
            TallyRun run = TallyRun.of(all.toArray(String[]::new));
            assertThat(run.exitCode()).as(run.everything()).isZero();
        }

        TrustRoot now = TrustRoot.parse(Files.readAllBytes(keys.trustRoot()));
        assertThat(now.version()).isEqualTo(2);
        assertThat(now.key(keyId).orElseThrow().status()).isEqualTo(KeyStatus.REVOKED);
        assertThat(operatorEvents())
                .containsExactly("ledger.tenant.created", "ledger.key.revoked", "ledger.trust-root.published");
    }

    private TallyRun trustRoot(String... arguments) {
        List<String> all = new ArrayList<>(List.of("trust-root"));
        all.addAll(List.of(arguments));
        return TallyRun.of(all.toArray(String[]::new));
    }

    private void makeNext(LedgerKeys keys, String next, String... changes) {
        List<String> update = new ArrayList<>(List.of("update", keys.trustRoot().toString(), next));
        update.addAll(List.of(changes));
        TallyRun made = trustRoot(update.toArray(String[]::new));
        assertThat(made.exitCode()).as(made.everything()).isZero();
        TallyRun signed = trustRoot(
                "sign",
                next,
                "--key",
                keys.root().orElseThrow().toString(),
                "--passphrase-file",
                keys.passphrase().toString());
        assertThat(signed.exitCode()).as(signed.everything()).isZero();
    }

    private void confirm(String anchor, Instant windowStart) {
        try (KafkaProducer<String, SpecificRecord> producer = new KafkaProducer<>(
                settings.kafkaClient("test"),
                new StringSerializer(),
                new LedgerSerdes(settings.schemaRegistryUrl()).records().serializer())) {
            var unused = producer.send(new ProducerRecord<>(
                    settings.topics().attestations(),
                    0,
                    Topics.attestationKey(5, anchor),
                    Attestation.newBuilder()
                            .setRegistrySize(5)
                            .setWindowStart(windowStart)
                            .setAnchor(anchor)
                            .setKind(AnchorKind.LOCAL_LOG)
                            .setState(AttestationState.CONFIRMED)
                            .build()));
            producer.flush();
        }
    }

    @Test
    void anAnchorIsNotEndedBeforeAReceiptThatIsStored() throws Exception {
        // Given
        LedgerKeys keys = LedgerKeys.of(ConfigFile.read(config));
        String vkey = NoteVerifiers.vkey(
                "log.example",
                KeyAlgorithm.ED25519,
                TestKeys.checkpointEd25519().spki());
        String first = directory.resolve("first.json").toString();
        makeNext(keys, first, "--log", "log=" + vkey);
        TallyRun listed = trustRoot("install", first, "--config", config.toString());
        assertThat(listed.exitCode()).as(listed.everything()).isZero();
        confirm("log", Instant.parse("2026-11-21T12:00:00Z"));
        confirm("other", Instant.parse("2026-11-21T15:00:00Z"));

        // When
        String next = directory.resolve("next.json").toString();
        makeNext(keys, next, "--anchor-until", "log=2026-11-21T12:00:00.999Z");
        TallyRun refused = trustRoot("install", next, "--config", config.toString());
        TallyRun despite = trustRoot("install", next, "--despite-receipts", "--config", config.toString());

        // Then
        assertThat(refused.exitCode()).as(refused.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(refused.err()).contains("a receipt of it of 2026-11-21T12:00:01Z is stored", "--despite-receipts");
        assertThat(despite.exitCode()).as(despite.everything()).isZero();
        assertThat(TrustRoot.parse(Files.readAllBytes(keys.trustRoot())).version())
                .isEqualTo(3);
    }

    @Test
    void aGuardFileIsMadeOnce() {
        TallyRun made = keys("guard", "--output", "json");
        TallyRun again = keys("guard");

        assertThat(made.exitCode()).as(made.everything()).isZero();
        assertThat(directory.resolve("guard")).exists();
        assertThat(made.out()).startsWith("{\"file\":").contains("\"origins\":0}");
        assertThat(again.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(again.err()).contains("stays as it is");
    }
}
