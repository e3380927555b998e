// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonParser;
import io.tallystick.topic.AdminOrder;
import io.tallystick.topic.OperatorTopic;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.PublicKey;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootDraft;
import io.tallystick.verify.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each step of a change of keys fails; then the command is repeated. */
class KeyChangeTest {
    private static final String LEDGER = "ledger.example.com";
    private static final AdminOrder ORDER = new AdminOrder("ada", Optional.of("yearly"), false);
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final Instant T1 = Instant.parse("2030-01-01T00:00:00Z");
    private static final Instant T2 = Instant.parse("2030-01-08T00:00:00Z");
    private static final Instant END = Instant.parse("2047-01-01T00:00:00Z");

    @TempDir
    private Path directory;

    private final Chain chain = new Chain();
    private Path config;
    private LedgerKeys keys;

    /** The operator's topic; a write may fail, and be there all the same. */
    private static final class Chain implements OperatorTopic {
        private final List<ProducerRecord<String, byte[]>> events = new ArrayList<>();
        private int failsAfter = Integer.MAX_VALUE;
        private boolean persisted;
        private boolean away;

        @Override
        public Set<String> eventIds() {
            if (away) {
                throw new KafkaException("no broker");
            }
            Set<String> ids = new HashSet<>();
            events.forEach(event -> ids.add(header(event, "ce_id")));
            return ids;
        }

        @Override
        public void append(ProducerRecord<String, byte[]> event) {
            boolean fails = failsAfter-- == 0;
            if (!fails || persisted) {
                events.add(event);
            }
            if (fails) {
                throw new KafkaException("no answer");
            }
        }

        private static String header(ProducerRecord<String, byte[]> event, String name) {
            return new String(event.headers().lastHeader(name).value(), UTF_8);
        }

        private List<String> types() {
            return events.stream().map(event -> header(event, "ce_type")).toList();
        }

        private JsonObject payload(int index) throws Exception {
            return (JsonObject) JsonParser.parse(events.get(index).value(), 4);
        }
    }

    @BeforeEach
    void makeLedger() throws Exception {
        LedgerHome home = new LedgerHome(directory.resolve("ledger"));
        home.create();
        Map<String, String> properties = new TreeMap<>(LedgerKeys.defaults(home));
        LedgerKeys.of(properties).createMissing(LEDGER);
        properties.put("bootstrap.servers", "127.0.0.1:1");
        properties.put("schema.registry.url", "http://127.0.0.1:1");
        properties.put("ledger.origin", LEDGER);
        List<String> lines = new ArrayList<>();
        properties.forEach((key, value) -> lines.add(key + "=" + value));
        config = Files.write(home.config(), lines);
        keys = LedgerKeys.of(properties);
    }

    private Path old(TrustRole role) {
        return role == TrustRole.BUNDLE ? keys.bundle().get(0) : keys.signing().get(1);
    }

    private Path fresh(TrustRole role) {
        return directory.resolve("ledger/keys/" + role.wireName() + "-2.pem");
    }

    private PublicKey key(Path file) throws Exception {
        char[] secret = KeyFile.readPassphrase(keys.passphrase());
        if (!Files.exists(file)) {
            KeyFile.write(file, KeyFile.generate(KeyAlgorithm.ECDSA_P256, new SecureRandom()), secret);
        }
        try (SigningKey key = KeyFile.read(file, secret)) {
            return PublicKey.of(key.spki());
        }
    }

    /** As the command makes it, at another time each time. */
    private KeyStep introduction(TrustRole role) throws Exception {
        return introduction(role, NOW.plusMillis(System.nanoTime() % 1_000_000));
    }

    private KeyStep introduction(TrustRole role, Instant at) throws Exception {
        LedgerKeys now = LedgerKeys.of(ConfigFile.read(config));
        return new KeyIntroduction(
                now.ring(old(role)).with(old(role), fresh(role)),
                key(old(role)).keyId(),
                key(fresh(role)),
                new KeyIntroduction.Overlap(T1, T2, END, at));
    }

    private KeyStep retirement(TrustRole role, Instant at) throws Exception {
        LedgerKeys now = LedgerKeys.of(ConfigFile.read(config));
        return new KeyRetirement(
                now.ring(Set.of(role)).without(old(role)), key(old(role)).keyId(), at);
    }

    private Optional<TrustRoot> carryOut(KeyStep step) {
        return carryOut(step, Optional.empty());
    }

    private Optional<TrustRoot> carryOut(KeyStep step, Optional<Path> signed) {
        return new KeyChange(keys, new ConfigFile(config), chain, ORDER).carryOut(step, signed);
    }

    private TrustRoot inForce() throws Exception {
        return TrustRoot.parse(Files.readAllBytes(keys.trustRoot()));
    }

    /** Somebody in the way of a file that is written as {@code <name>.new} first. */
    private Path blocked(Path file) throws Exception {
        Path inTheWay = file.resolveSibling(file.getFileName() + ".new");
        Files.createDirectories(inTheWay.resolve("full"));
        return inTheWay;
    }

    private static void unblock(Path inTheWay) throws Exception {
        Files.delete(inTheWay.resolve("full"));
        Files.delete(inTheWay);
    }

    private void requireNothingChanged() throws Exception {
        assertThat(inForce().version()).isEqualTo(1);
        assertThat(chain.events).isEmpty();
        assertThat(LedgerKeys.of(ConfigFile.read(config))).isEqualTo(keys);
    }

    private void requireIntroduced(TrustRole role) throws Exception {
        TrustRoot root = inForce();
        assertThat(root.version()).isEqualTo(2);
        assertThat(root.key(key(old(role)).keyId()).orElseThrow().notAfter()).isEqualTo(T2);
        assertThat(root.key(key(fresh(role)).keyId()).orElseThrow().notBefore()).isEqualTo(T1);
        assertThat(root.key(key(fresh(role)).keyId()).orElseThrow().roles()).containsExactly(role);
        assertThat(chain.types()).containsExactly("ledger.key.introduced", "ledger.trust-root.published");
        for (int event = 0; event < 2; event++) {
            assertThat(chain.payload(event).string("fingerprint"))
                    .isEqualTo(root.fingerprint().toString());
        }
        assertThat(chain.payload(0).string("replaces")).isEqualTo(key(old(role)).keyId());
        assertThat(chain.payload(0).string("role")).isEqualTo(role.wireName());
        LedgerKeys now = LedgerKeys.of(ConfigFile.read(config));
        assertThat(now.ring(Set.of(role)).files()).containsSequence(old(role), fresh(role));
    }

    @ParameterizedTest
    @EnumSource(names = {"CHECKPOINT", "BUNDLE"})
    void aKeyIsIntroducedOnceHoweverOftenItIsAsked(TrustRole role) throws Exception {
        carryOut(introduction(role));
        carryOut(introduction(role));

        requireIntroduced(role);
    }

    @Test
    void aChainThatCannotBeReadStopsTheChangeBeforeItBegins() throws Exception {
        chain.away = true;

        assertThatThrownBy(() -> carryOut(introduction(TrustRole.CHECKPOINT))).isInstanceOf(KafkaException.class);

        requireNothingChanged();
    }

    @ParameterizedTest
    @ValueSource(strings = {"trust-root.json", "trust-root-1.json"})
    void aTrustRootThatCannotBeInstalledIsToldToNobody(String file) throws Exception {
        Path inTheWay = blocked(keys.trustRoot().resolveSibling(file));

        assertThatThrownBy(() -> carryOut(introduction(TrustRole.CHECKPOINT)))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("cannot write");

        requireNothingChanged();
        unblock(inTheWay);
        carryOut(introduction(TrustRole.CHECKPOINT));
        requireIntroduced(TrustRole.CHECKPOINT);
    }

    @Test
    void settingsThatCannotBeWrittenAreWrittenWhenItIsRepeated() throws Exception {
        Path inTheWay = blocked(config);

        assertThatThrownBy(() -> carryOut(introduction(TrustRole.BUNDLE)))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("ledger.properties");

        assertThat(inForce().version()).isEqualTo(2);
        assertThat(chain.events).isEmpty();
        unblock(inTheWay);
        carryOut(introduction(TrustRole.BUNDLE));
        requireIntroduced(TrustRole.BUNDLE);
    }

    @ParameterizedTest
    @CsvSource({"0, false", "0, true", "1, false", "1, true"})
    void whatWasNotToldIsToldWhenItIsRepeated(int before, boolean persisted) throws Exception {
        chain.failsAfter = before;
        chain.persisted = persisted;

        assertThatThrownBy(() -> carryOut(introduction(TrustRole.CHECKPOINT)))
                .isInstanceOfSatisfying(CommandException.class, failed -> {
                    assertThat(failed.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
                    assertThat(failed.remedy()).contains("Repeat");
                })
                .hasMessageContaining("version 2 of the trust root is in force");

        TrustRoot installed = inForce();
        carryOut(introduction(TrustRole.CHECKPOINT));
        assertThat(inForce()).isEqualTo(installed);
        requireIntroduced(TrustRole.CHECKPOINT);
    }

    @ParameterizedTest
    @CsvSource({"CHECKPOINT, 0, false", "CHECKPOINT, 1, true", "BUNDLE, 0, true", "BUNDLE, 1, false"})
    void aKeyIsRetiredOnceWhateverFails(TrustRole role, int before, boolean persisted) throws Exception {
        carryOut(introduction(role));
        chain.failsAfter = before;
        chain.persisted = persisted;
        assertThatThrownBy(() -> carryOut(retirement(role, T2.plusMillis(1)))).isInstanceOf(CommandException.class);

        carryOut(retirement(role, T2.plusMillis(2)));

        assertThat(chain.types())
                .containsExactly(
                        "ledger.key.introduced",
                        "ledger.trust-root.published",
                        "ledger.key.retired",
                        "ledger.trust-root.published");
        assertThat(inForce().version()).isEqualTo(3);
        assertThat(inForce().key(key(old(role)).keyId()).orElseThrow().status()).isEqualTo(KeyStatus.RETIRED);
        LedgerKeys now = LedgerKeys.of(ConfigFile.read(config));
        assertThat(now.ring(Set.of(role)).files()).contains(fresh(role)).doesNotContain(old(role));
    }

    @Test
    void aKeyIsNotRetiredWhileItSigns() throws Exception {
        carryOut(introduction(TrustRole.BUNDLE));

        assertThatThrownBy(() -> carryOut(retirement(TrustRole.BUNDLE, T2)))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("signs until");
        assertThat(inForce().version()).isEqualTo(2);
    }

    @Test
    void theOnlyKeyOfItsRoleIsNotRetired() {
        assertThatThrownBy(() -> retirement(TrustRole.BUNDLE, T2))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("the only file of ledger.bundle.key.file");
    }

    @Test
    void aVersionSignedElsewhereMustSayWhatTheStepIs() throws Exception {
        TrustRootDraft other = TrustRootDraft.following(inForce(), NOW);
        Path foreign = directory.resolve("other.json");
        Path early = Files.write(directory.resolve("early.json"), inForce().encode());
        try (SigningKey root = KeyFile.read(keys.root(), KeyFile.readPassphrase(keys.passphrase()))) {
            Files.write(foreign, other.sign(root).encode());
        }

        assertThatThrownBy(() -> carryOut(introduction(TrustRole.BUNDLE), Optional.of(foreign)))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("does not say what this step is to bring about");
        assertThatThrownBy(() -> carryOut(introduction(TrustRole.BUNDLE), Optional.of(early)))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("does not follow the one in force");
        requireNothingChanged();
    }

    /** Leaves the root key with somebody else, and has a step's draft signed there. */
    private Path signedElsewhere(KeyStep step) throws Exception {
        Path offline = directory.resolve("offline.pem");
        if (!Files.exists(offline)) {
            Files.move(keys.root(), offline);
        }
        assertThat(carryOut(step)).isEmpty();
        Path draft = KeyChange.draftFile(keys);
        try (SigningKey root = KeyFile.read(offline, KeyFile.readPassphrase(keys.passphrase()))) {
            Files.write(
                    draft,
                    TrustRootDraft.parse(Files.readAllBytes(draft)).sign(root).encode());
        }
        return draft;
    }

    @ParameterizedTest
    @ValueSource(strings = {"2030-01-01T00:00:00Z", "2030-01-07T23:59:59.999Z", "2030-01-08T00:00:00.001Z"})
    void aVersionSignedAfterT1IsRefused(Instant late) throws Exception {
        Path draft = signedElsewhere(introduction(TrustRole.CHECKPOINT));

        assertThatThrownBy(() -> carryOut(introduction(TrustRole.CHECKPOINT, late), Optional.of(draft)))
                .isInstanceOfSatisfying(CommandException.class, failed -> {
                    assertThat(failed.exitCode()).isEqualTo(ExitCode.USAGE);
                    assertThat(failed.remedy()).contains("make the draft again with a longer --in");
                })
                .hasMessageContaining("T1 is past");

        requireNothingChanged();
    }

    @Test
    void aVersionSignedInTheLastMomentIsInstalledAndStaysSo() throws Exception {
        Path draft = signedElsewhere(introduction(TrustRole.CHECKPOINT));

        carryOut(introduction(TrustRole.CHECKPOINT, T1.minusMillis(1)), Optional.of(draft));
        carryOut(introduction(TrustRole.CHECKPOINT, T2.plusMillis(1)), Optional.of(draft));

        requireIntroduced(TrustRole.CHECKPOINT);
    }

    @Test
    void aRetirementSignedElsewhereWaitsForT2() throws Exception {
        carryOut(introduction(TrustRole.BUNDLE));
        Path draft = signedElsewhere(retirement(TrustRole.BUNDLE, T2.plusMillis(1)));

        assertThatThrownBy(() -> carryOut(retirement(TrustRole.BUNDLE, T2), Optional.of(draft)))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("signs until");

        assertThat(inForce().version()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aDraftThatOthersSignedIsNotMadeAgain(boolean dryRun) throws Exception {
        Path draft = signedElsewhere(introduction(TrustRole.BUNDLE));
        byte[] waiting = Files.readAllBytes(draft);
        AdminOrder order = new AdminOrder("ada", Optional.empty(), dryRun);
        KeyChange again = new KeyChange(keys, new ConfigFile(config), chain, order);

        assertThatThrownBy(() -> again.carryOut(introduction(TrustRole.BUNDLE), Optional.empty()))
                .isInstanceOfSatisfying(CommandException.class, failed -> {
                    assertThat(failed.exitCode()).isEqualTo(ExitCode.USAGE);
                    assertThat(failed.remedy()).contains("trust-root sign", "--signed", "delete it");
                })
                .hasMessageContaining(draft + " waits with 1 signature");

        assertThat(Files.readAllBytes(draft)).isEqualTo(waiting);
        requireNothingChanged();
    }

    @Test
    void aDraftThatNobodyElseSignedIsMadeAgain() throws Exception {
        Files.move(keys.root(), directory.resolve("offline.pem"));
        carryOut(introduction(TrustRole.BUNDLE, NOW));
        byte[] first = Files.readAllBytes(KeyChange.draftFile(keys));

        carryOut(introduction(TrustRole.BUNDLE, NOW.plusMillis(1)));

        assertThat(Files.readAllBytes(KeyChange.draftFile(keys))).isNotEqualTo(first);
    }

    @Test
    void aDraftThatIsInForceStandsInNobodysWay() throws Exception {
        Path draft = signedElsewhere(introduction(TrustRole.BUNDLE));
        carryOut(introduction(TrustRole.BUNDLE), Optional.of(draft));

        assertThat(carryOut(retirement(TrustRole.BUNDLE, T2.plusMillis(1)))).isEmpty();

        assertThat(TrustRootDraft.parse(Files.readAllBytes(draft)).version()).isEqualTo(3);
    }

    @Test
    void aVersionSignedElsewhereIsInstalledOnceItIsSigned() throws Exception {
        Path draft = signedElsewhere(introduction(TrustRole.BUNDLE));
        requireNothingChanged();

        carryOut(introduction(TrustRole.BUNDLE), Optional.of(draft));
        carryOut(introduction(TrustRole.BUNDLE), Optional.of(draft));

        requireIntroduced(TrustRole.BUNDLE);
    }

    @Test
    void aKeyThatIsListedForSomethingElseTakesOverFromNone() throws Exception {
        PublicKey listed = key(keys.signing().get(1));
        KeyStep step = new KeyIntroduction(
                keys.ring(old(TrustRole.BUNDLE)),
                key(old(TrustRole.BUNDLE)).keyId(),
                listed,
                new KeyIntroduction.Overlap(T1, T2, END, NOW));

        assertThatThrownBy(() -> carryOut(step))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("does not take over");
        requireNothingChanged();
    }

    @ParameterizedTest
    @EnumSource(names = {"CHECKPOINT", "BUNDLE"})
    void theNewKeyAndTheTrustRootOutliveTheOldKey(TrustRole role) throws Exception {
        TrustRoot before = inForce();

        TrustRoot next = carryOut(introduction(role)).orElseThrow();

        assertThat(before.expires()).isBefore(END);
        assertThat(next.key(key(fresh(role)).keyId()).orElseThrow().notAfter()).isEqualTo(END);
        assertThat(next.expires()).isEqualTo(END);
    }

    @Test
    void aTrustRootThatIsGoodForLongerStaysSo() throws Exception {
        KeyStep step = new KeyIntroduction(
                keys.ring(old(TrustRole.BUNDLE)).with(old(TrustRole.BUNDLE), fresh(TrustRole.BUNDLE)),
                key(old(TrustRole.BUNDLE)).keyId(),
                key(fresh(TrustRole.BUNDLE)),
                new KeyIntroduction.Overlap(T1, T2, T2.plusMillis(1), NOW));
        Instant expires = inForce().expires();

        assertThat(carryOut(step).orElseThrow().expires()).isEqualTo(expires);
    }

    @Test
    void aNewKeyThatDoesNotOutliveTheOldOneIsRefused() throws Exception {
        KeyStep step = new KeyIntroduction(
                keys.ring(old(TrustRole.BUNDLE)),
                key(old(TrustRole.BUNDLE)).keyId(),
                key(fresh(TrustRole.BUNDLE)),
                new KeyIntroduction.Overlap(T1, T2, T2, NOW));

        assertThatThrownBy(() -> carryOut(step))
                .isInstanceOfSatisfying(
                        CommandException.class,
                        failed -> assertThat(failed.remedy()).contains("--valid"))
                .hasMessageContaining("no longer than the old one");
        requireNothingChanged();
    }

    @Test
    void anOverlapThatDoesNotFitIsRefused() throws Exception {
        Instant end =
                inForce().key(key(old(TrustRole.BUNDLE)).keyId()).orElseThrow().notAfter();
        KeyRing ring = keys.ring(old(TrustRole.BUNDLE));
        String oldId = key(old(TrustRole.BUNDLE)).keyId();
        PublicKey fresh = key(fresh(TrustRole.BUNDLE));

        for (KeyIntroduction.Overlap overlap : List.of(
                new KeyIntroduction.Overlap(T1, T1, END, NOW),
                new KeyIntroduction.Overlap(T1, end, END, NOW),
                new KeyIntroduction.Overlap(T2, T1, END, NOW))) {
            assertThatThrownBy(() -> carryOut(new KeyIntroduction(ring, oldId, fresh, overlap)))
                    .isInstanceOfSatisfying(
                            CommandException.class,
                            failed -> assertThat(failed.remedy()).contains("earlier or shorter"))
                    .hasMessageContaining("does not fit");
        }
        requireNothingChanged();
    }
}
