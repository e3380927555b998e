// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.anchor.client.TestParty;
import io.tallystick.anchor.external.Anchor;
import io.tallystick.anchor.external.Answer;
import io.tallystick.anchor.external.Backoff;
import io.tallystick.anchor.external.RegistryCheckpoint;
import io.tallystick.anchor.external.Submission;
import io.tallystick.anchor.witness.WitnessAnchor;
import io.tallystick.entry.Bytes;
import io.tallystick.fixtures.TestKeys;
import io.tallystick.receipt.Cosigner;
import io.tallystick.receipt.Witness;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnchorConfigTest {
    @TempDir
    private Path directory;

    private AnchorConfig with(String key, Object value) {
        Map<String, Object> properties = Settings.valid(directory);
        properties.put(key, value);
        return new AnchorConfig(properties);
    }

    @Test
    void theDocumentedPageIsThatOfTheDefinition() throws IOException {
        assertThat(AnchorConfig.definition().toEnrichedRst())
                .isEqualToNormalizingNewlines(Files.readString(Path.of("docs/configuration.rst")));
    }

    @Test
    void theDocumentedPageOfAnAnchorsKeysIsThatOfTheirDefinition() throws IOException {
        assertThat(AnchorConfig.anchorDefinition().toEnrichedRst())
                .isEqualToNormalizingNewlines(Files.readString(Path.of("docs/anchor-keys.rst")));
    }

    private AnchorConfig anchored(String... pairs) {
        Map<String, Object> properties = Settings.valid(directory);
        properties.put("ledger.anchors", "a,b");
        properties.put("ledger.anchor.a.type", "tsa");
        properties.put("ledger.anchor.a.url", "https://tsa.example/tsr");
        properties.put("ledger.anchor.a.roots", "root.pem");
        properties.put("ledger.anchor.b.type", "log");
        properties.put("ledger.anchor.b.file", "log");
        properties.put("ledger.anchor.b.key.file", "key.pem");
        for (int i = 0; i < pairs.length; i += 2) {
            properties.put(pairs[i], pairs[i + 1]);
        }
        return new AnchorConfig(properties);
    }

    @Test
    void anchorsHaveKeysOfTheirOwn() {
        assertThat(anchored().anchors()).extracting(OutsideConfig::id).containsExactly("a", "b");
        assertThat(anchored("ledger.anchors.backoff.ms", "500").anchorsBackoff())
                .isEqualTo(new Backoff(Duration.ofMillis(500), Duration.ofHours(1)));
        assertThat(new AnchorConfig(Settings.valid(directory)).anchors()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "ledger.anchors, 'a,b,a'",
        "ledger.anchors, a",
        "ledger.anchors, 'a,b,C'",
        "ledger.anchor.a.type, blockchain",
        "ledger.anchor.a.url, ftp://tsa.example",
        "ledger.anchor.a.url, ''",
        "ledger.anchor.a.url, 'https://tsa.example/{tsr}'",
        "ledger.anchor.a.url, 'https://tsa.example:tsr/'",
        "ledger.anchor.a.url, https://",
        "ledger.anchor.a.url, https:///tsr",
        "ledger.anchor.a.roots, ''",
        "ledger.anchor.a.rots, root.pem",
        "ledger.anchor.a.timeout.ms, 0",
        "ledger.anchor.b.file, ''",
        "ledger.anchor.b.type, witness",
        "ledger.anchors.backoff.ms, 0",
        "ledger.anchors.backoff.max.ms, 1000"
    })
    void impossibleAnchorsAreRefused(String key, String value) {
        assertThatExceptionOfType(ConfigException.class).isThrownBy(() -> anchored(key, value));
    }

    /** A secret in it would stand in the log, and is not sent all the same. */
    @Test
    void anAnchorsUrlHoldsNoPassword() {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> anchored("ledger.anchor.a.url", "https://user:secret@tsa.example/tsr"))
                .withMessageContaining("must not hold a user or a password")
                .withMessageNotContaining("secret");
    }

    private static OutsideMetrics.OfAnchor metrics(MeterRegistry meters) {
        return new OutsideMetrics(meters, List.of("a"), Duration.ofMinutes(15), InstantSource.system()).of("a");
    }

    @Test
    void aWitnessThatStandsBelowWhatItCosignedIsCounted() {
        // Given
        Witness witness = Cosigner.of("witness.example/w1", TestKeys.key(KeyAlgorithm.ED25519, "witness"))
                .witness();
        MeterRegistry meters = new SimpleMeterRegistry();
        RegistryCheckpoint checkpoint =
                new RegistryCheckpoint(5, Instant.parse("2026-11-21T12:00:00Z"), 0, Bytes.utf8("note"));
        try (TestParty party = new TestParty(
                        (path, body) -> new TestParty.Reply(409, WitnessAnchor.SIZE_TYPE, Bytes.utf8("2\n")));
                Anchor anchor = anchored(
                                "ledger.anchor.a.type",
                                "witness",
                                "ledger.anchor.a.url",
                                party.address().toString(),
                                "ledger.anchor.a.vkey",
                                witness.vkey())
                        .anchors()
                        .get(0)
                        .open(new SigningKeys(List.of()), Optional.empty(), metrics(meters))) {
            // When
            Answer answer = anchor.submit(
                    new Submission(checkpoint, 4, from -> from == 2 ? Optional.empty() : Optional.of(List.of())));

            // Then
            assertThat(answer).isEqualTo(new Answer.Behind(2));
        }
        assertThat(meters.get("ledger.anchor.set.back")
                        .tag("anchor", "a")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void anAnchorWhoseFilesAreMissingIsRefusedWhenItIsOpened() {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> anchored()
                        .anchors()
                        .get(0)
                        .open(new SigningKeys(List.of()), Optional.empty(), metrics(new SimpleMeterRegistry())))
                .withMessageContaining("anchor a");
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> anchored()
                        .anchors()
                        .get(1)
                        .open(new SigningKeys(List.of()), Optional.empty(), metrics(new SimpleMeterRegistry())))
                .withMessageContaining("anchor b");
    }

    @Test
    void streamsRunsExactlyOnce() {
        Map<String, Object> streams = with("streams.num.stream.threads", 3).streams("trees", "instance", 1);

        assertThat(streams)
                .containsEntry("processing.guarantee", "exactly_once_v2")
                .containsEntry("application.id", "ledger-trees")
                .containsEntry("ensure.explicit.internal.resource.naming", true)
                .containsEntry("consumer.group.instance.id", "instance")
                .containsEntry("num.stream.threads", 3);
    }

    @Test
    void changelogsAreAsSafeAsTheLedgersTopics() {
        AnchorConfig config = with("state.dir", "state");

        assertThat(config.changelogReplication()).isEmpty();
        assertThat(config.streams("trees", "instance", 3))
                .containsEntry("replication.factor", 3)
                .containsEntry("topic.min.insync.replicas", "2");
        assertThat(config.streams("trees", "instance", 2)).containsEntry("topic.min.insync.replicas", "1");
        assertThat(with("streams.replication.factor", "5").changelogReplication())
                .hasValue(5);
    }

    @Test
    void aTaskThatRebuildsIsNotTakenForDead() {
        assertThat(with("state.dir", "state").streams("trees"))
                .containsEntry("consumer.max.poll.interval.ms", 1_800_000);
        assertThat(with("streams.consumer.max.poll.interval.ms", "7200000").streams("registry"))
                .containsEntry("consumer.max.poll.interval.ms", "7200000");
    }

    @Test
    void clientPropertiesReachEveryClient() {
        AnchorConfig config = with("client.security.protocol", "SSL");

        assertThat(config.streams("trees")).containsEntry("security.protocol", "SSL");
        assertThat(config.signerConsumer("instance")).containsEntry("security.protocol", "SSL");
        assertThat(config.signerProducer()).containsEntry("security.protocol", "SSL");
    }

    @Test
    void theSignersTransactionsCarryOneIdInTheWholeLedger() {
        assertThat(with("ledger.prefix", "ledger.").signerProducer())
                .containsEntry("transactional.id", "ledger-signer")
                .containsEntry("acks", "all");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "streams.processing.guarantee",
                "streams.application.id",
                "streams.bootstrap.servers",
                "streams.state.dir",
                "streams.ensure.explicit.internal.resource.naming",
                "streams.deserialization.exception.handler",
                "streams.processing.exception.handler",
                "streams.production.exception.handler",
                "streams.default.deserialization.exception.handler",
                "streams.group.protocol",
                "streams.producer.acks",
                "streams.producer.transactional.id",
                "streams.consumer.isolation.level",
                "streams.consumer.auto.offset.reset",
                "streams.main.consumer.auto.offset.reset",
                "streams.main.consumer.group.instance.id",
                "streams.acks",
                "client.isolation.level",
                "client.acks",
                "client.enable.idempotence",
                "client.transactional.id",
                "client.auto.offset.reset",
                "client.group.id"
            })
    void whatOurGuaranteesRestOnCannotBeSet(String key) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> with(key, "anything"))
                .withMessageContaining(key);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "state.dir",
                "ledger.signing.key.files",
                "ledger.key.passphrase.file",
                "ledger.origin",
                "bootstrap.servers",
                "schema.registry.url"
            })
    void aRequiredSettingIsRequired(String key) {
        Map<String, Object> properties = Settings.valid(directory);
        properties.remove(key);

        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> new AnchorConfig(properties))
                .withMessageContaining(key);
    }

    private AnchorConfig withoutFiles(Map<String, String> keys) {
        Map<String, Object> properties = Settings.valid(directory);
        properties.remove("ledger.signing.key.files");
        properties.remove("ledger.key.passphrase.file");
        properties.putAll(keys);
        return new AnchorConfig(properties);
    }

    @Test
    void theKeyFileOfALogIsNoneOfTheLedgers() {
        Path own = directory.resolve("x/../checkpoint-p256.pem");

        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> anchored("ledger.anchor.b.key.file", own.toString()))
                .withMessageContainingAll("ledger.anchor.b.key.file", "ledger.signing.key.files", "a key of its own");
    }

    @Test
    void keysOfATokenOrAServiceNeedNeitherFilesNorAPassphrase() {
        AnchorConfig token = withoutFiles(Map.of(
                "ledger.signing.pkcs11.config", "token.cfg",
                "ledger.signing.pkcs11.keys", "checkpoint",
                "ledger.signing.pkcs11.pin.file", "pin"));
        AnchorConfig service = withoutFiles(Map.of("ledger.signing.provider", "kms"));

        assertThat(token.signingKeyFiles()).isEmpty();
        assertThat(token.tokenKeys()).isPresent();
        assertThat(service.signingKeyFiles()).isEmpty();
        assertThat(service.signingProvider()).contains("kms");
    }

    @Test
    void aTokenMayBeThereBeforeItsFirstKey() {
        Map<String, Object> properties = Settings.valid(directory);
        properties.put("ledger.signing.pkcs11.config", "token.cfg");
        properties.put("ledger.signing.pkcs11.keys", "");
        properties.put("ledger.signing.pkcs11.pin.file", "pin");

        assertThat(new AnchorConfig(properties).tokenKeys()).isEmpty();
    }

    @Test
    void withoutAnyKeysItIsSaidWhereTheyMayBe() {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> withoutFiles(Map.of()))
                .withMessageContainingAll(
                        "ledger.signing.key.files", "ledger.signing.pkcs11.keys", "ledger.signing.provider");
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> withoutFiles(Map.of("ledger.signing.pkcs11.keys", "checkpoint")))
                .withMessageContaining("ledger.signing.pkcs11.config");
    }

    @Test
    void aFileWithoutAPassphraseIsRefused() {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> withoutFiles(Map.of("ledger.signing.key.files", "checkpoint.pem")))
                .withMessageContaining("ledger.key.passphrase.file");
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() ->
                        withoutFiles(Map.of("ledger.signing.provider", "kms")).passphraseFile())
                .withMessageContaining("ledger.key.passphrase.file");
    }

    @Test
    void impossibleValuesAreRefused() {
        assertThatExceptionOfType(ConfigException.class).isThrownBy(() -> with("state.dir", ""));
        assertThatExceptionOfType(ConfigException.class).isThrownBy(() -> with("ledger.signing.key.files", ""));
        assertThatExceptionOfType(ConfigException.class).isThrownBy(() -> with("ledger.key.passphrase.file", ""));
        assertThatExceptionOfType(ConfigException.class).isThrownBy(() -> with("ledger.window.size.ms", 7000));
        assertThatExceptionOfType(ConfigException.class).isThrownBy(() -> with("ledger.origin", "with space"));
    }

    @Test
    void anInstanceKeepsItsNameAcrossRestarts() throws IOException {
        Path state = directory.resolve("instance");

        String first = InstanceId.of(state);

        assertThat(InstanceId.of(state)).isEqualTo(first);
        assertThat(InstanceId.of(directory.resolve("other"))).isNotEqualTo(first);
        Files.writeString(state.resolve("instance-id"), "tor");
        assertThat(InstanceId.of(state)).isNotEqualTo("tor").isEqualTo(InstanceId.of(state));
    }

    @Test
    void signingKeysThatCannotBeOpenedAreRefused() throws IOException {
        AnchorConfig config = with("state.dir", "state");

        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> SigningKeys.open(config.signingKeyFiles(), config.passphraseFile()))
                .withMessageContaining("ledger.key.passphrase.file");
    }

    @Test
    void keysThatCannotSignCheckpointsAreRefused() throws Exception {
        AnchorConfig config = with(
                "ledger.signing.key.files",
                directory.resolve("only-ed25519.pem").toString());
        Files.writeString(config.passphraseFile(), "correct horse");
        Files.setPosixFilePermissions(config.passphraseFile(), PosixFilePermissions.fromString("rw-------"));
        KeyFile.write(
                config.signingKeyFiles().get(0),
                KeyFile.generate(KeyAlgorithm.ED25519, new SecureRandom()),
                KeyFile.readPassphrase(config.passphraseFile()));

        try (SigningKeys keys = SigningKeys.open(config.signingKeyFiles(), config.passphraseFile())) {
            assertThatExceptionOfType(ConfigException.class)
                    .isThrownBy(() -> keys.signer(EntryChain.ORIGIN, Optional.empty()))
                    .withMessageContaining("P-256");
        }
    }
}
