// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.avro.ChainTreeHead;
import io.tallystick.avro.Cut;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import io.tallystick.fixtures.TestKeys;
import io.tallystick.serde.LedgerSerdes;
import io.tallystick.topic.LedgerAdmin;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.verify.ExitCode;
import java.io.IOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a recovery decides is tested with the chain stage; here it is asked for, and told of. */
@ExtendWith(LedgerExtension.class)
class RecoverIT {
    @TempDir
    private Path directory;

    private final Properties properties = new Properties();
    private Path config;
    private LedgerSettings settings;

    @BeforeEach
    void setUpALedger(EmbeddedLedger broker) throws IOException {
        properties.put(LedgerSettings.BOOTSTRAP_SERVERS, broker.bootstrapServers());
        properties.put(LedgerSettings.SCHEMA_REGISTRY_URL, broker.registryUrl());
        properties.put(LedgerSettings.ORIGIN, "ledger.example.com");
        properties.put(LedgerSettings.PREFIX, broker.newPrefix());
        properties.put(LedgerSettings.PARTITIONS, "2");
        properties.put("state.dir", directory.resolve("state").toString());
        config = write();
        settings = ConfigFile.settings(ConfigFile.read(config));
        try (LedgerAdmin admin = new LedgerAdmin(settings)) {
            admin.init(1);
        }
    }

    private Path write() throws IOException {
        Path file = directory.resolve("ledger.properties");
        try (Writer writer = Files.newBufferedWriter(file)) {
            properties.store(writer, null);
        }
        return file;
    }

    private TallyRun recover(String... args) {
        String[] all = new String[args.length + 3];
        all[0] = "recover";
        System.arraycopy(args, 0, all, 1, args.length);
        all[args.length + 1] = "--config";
        all[args.length + 2] = config.toString();
        return TallyRun.of(all);
    }

    @Test
    void aLedgerThatSealedNothingIsRebuiltOnlyIfToldSo() {
        // When
        TallyRun refused = recover("chain");

        // Then
        assertThat(refused.exitCode()).as(refused.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(refused.err())
                .contains("no registry checkpoint", "--without-registry")
                .doesNotContain("\tat ");

        // When
        TallyRun dry = recover("chain", "--without-registry", "--dry-run", "--output", "json");

        // Then
        assertThat(dry.exitCode()).as(dry.everything()).isZero();
        assertThat(dry.out()).contains("\"records\":2", "\"written\":false").doesNotContain("registry");
        assertThat(dry.err()).contains("reading " + settings.topics().entries() + "-1 100%");

        // When
        TallyRun done = recover("chain", "--without-registry");

        // Then
        assertThat(done.exitCode()).as(done.everything()).isZero();
        assertThat(done.out())
                .contains("chain state rebuilt", "2 records", "halted      none", "start the chain stage");
    }

    @Test
    void entriesThatAreLostAndWereNeverSignedAreNamedAndGivenUpOnlyIfToldSo() throws Exception {
        // Given: the trees once had five entries of a chain
        ChainTreeHead head = new ChainTreeHead(
                "acme/0",
                Instant.EPOCH,
                Cut.FAST,
                5L,
                ByteBuffer.wrap(new byte[32]),
                List.of(),
                ByteBuffer.wrap(new byte[32]),
                0,
                7L);
        try (Producer<String, SpecificRecord> trees = new KafkaProducer<>(
                settings.kafkaClient("recover-it"),
                new StringSerializer(),
                new LedgerSerdes(settings.schemaRegistryUrl()).records().serializer())) {
            trees.send(new ProducerRecord<>(settings.topics().heads(), 0, "acme/0", head))
                    .get();
        }

        // When
        TallyRun refused = recover("chain", "--without-registry");

        // Then
        assertThat(refused.exitCode()).as(refused.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(refused.err()).contains("acme/0 seq 0 to 4 (known by the heads topic)", "--accept-loss");

        // When
        TallyRun told = recover("chain", "--without-registry", "--accept-loss", "--dry-run", "--output", "json");
        TallyRun done = recover("chain", "--without-registry", "--accept-loss");

        // Then
        assertThat(told.out())
                .contains(
                        "\"lost\":[{\"chain\":\"acme/0\",\"firstSeq\":0,\"knownBy\":\"the heads topic\",\"size\":5}]");
        assertThat(done.exitCode()).as(done.everything()).isZero();
        assertThat(done.out()).contains("lost        acme/0 seq 0 to 4", "chain state rebuilt");
    }

    @Test
    void aLedgerThatLostItsBeginningIsExitCode1() throws Exception {
        // Given
        try (Admin admin = Admin.create(settings.kafkaClient("recover-it"))) {
            TopicPartition entries = new TopicPartition(settings.topics().entries(), 1);
            admin.deleteRecords(Map.of(entries, RecordsToDelete.beforeOffset(1)))
                    .all()
                    .get();
        }

        // When
        TallyRun refused = recover("chain", "--without-registry");

        // Then
        assertThat(refused.exitCode()).as(refused.everything()).isEqualTo(ExitCode.FAILED);
        assertThat(refused.err())
                .contains("begins at offset", "Nothing was written")
                .doesNotContain("\tat ");
    }

    @Test
    void aTrustRootThatIsNoneOrMissingIsExitCode2() throws IOException {
        Path none = Files.writeString(directory.resolve("none.json"), "{}");
        Path missing = directory.resolve("missing.json");
        Path sound = Files.write(
                directory.resolve("sound.json"),
                TestKeys.trustRoot("ledger.example.com").encode());

        assertThat(recover("chain", "--trust-root", none.toString()).exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(recover("chain", "--trust-root", missing.toString()).err()).contains("cannot read");
        assertThat(recover("chain", "--trust-root", sound.toString()).err()).contains("no registry checkpoint");
    }

    @Test
    void haltedChainsAreListedAndNoneIsClearedWithoutNameStatementAndYes() {
        assertThat(recover("halt").out()).contains("no chain is halted");
        assertThat(recover("halt", "--output", "json").out()).isEqualToIgnoringNewLines("[]");

        TallyRun anonymous = recover("halt", "acme/0", "--statement", "seen", "--yes");
        assertThat(anonymous.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(anonymous.err()).contains("--by NAME");

        TallyRun unconfirmed = recover("halt", "acme/0", "--by", "Ada", "--statement", "seen");
        assertThat(unconfirmed.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(unconfirmed.err())
                .contains("is not halted", "nothing is to be done")
                .doesNotContain("--yes");

        TallyRun nothing = recover("halt", "acme/0", "--by", "Ada", "--statement", "seen", "--yes");
        assertThat(nothing.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(nothing.err()).contains("chain acme/0 is not halted");
    }

    @Test
    void anotherLedgersConfigurationIsExitCode1() throws IOException {
        // Given
        properties.put(LedgerSettings.PARTITIONS, "3");
        config = write();

        // When
        TallyRun refused = recover("chain", "--without-registry");

        // Then
        assertThat(refused.exitCode()).as(refused.everything()).isEqualTo(ExitCode.FAILED);
        assertThat(refused.err()).contains("has 2 partitions", "Nothing was written");
    }

    @Test
    void aBrokerThatDoesNotAnswerIsExitCode5() throws IOException {
        // Given
        properties.put(LedgerSettings.BOOTSTRAP_SERVERS, "127.0.0.1:1");
        properties.put("client.default.api.timeout.ms", "2000");
        properties.put("client.request.timeout.ms", "1000");
        config = write();

        // When
        TallyRun unreachable = recover("chain", "--without-registry");

        // Then
        assertThat(unreachable.exitCode()).as(unreachable.everything()).isEqualTo(ExitCode.UNREACHABLE);
    }
}
