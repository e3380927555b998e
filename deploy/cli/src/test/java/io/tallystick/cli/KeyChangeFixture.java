// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.topic.AdminOrder;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.PublicKey;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootDraft;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A ledger's files and its operator's topic, and steps of a rotation as the command makes them; no broker. */
abstract class KeyChangeFixture {
    static final String LEDGER = "ledger.example.com";
    static final AdminOrder ORDER = new AdminOrder("ada", Optional.of("yearly"), false);
    static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    static final Instant T1 = Instant.parse("2030-01-01T00:00:00Z");
    static final Instant T2 = Instant.parse("2030-01-08T00:00:00Z");
    static final Instant END = Instant.parse("2047-01-01T00:00:00Z");

    static final Duration WINDOW = Duration.ofMinutes(15);

    @TempDir
    Path directory;

    final OperatorChain chain = new OperatorChain();
    Path config;
    LedgerKeys keys;
    /** End of the last window that is signed, or exported. */
    Optional<Instant> signedUntil = Optional.of(T2);

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

    Path old(TrustRole role) {
        return role == TrustRole.BUNDLE ? keys.bundle().get(0) : keys.signing().get(1);
    }

    Path fresh(TrustRole role) {
        return directory.resolve("ledger/keys/" + role.wireName() + "-2.pem");
    }

    PublicKey key(Path file) throws Exception {
        char[] secret = KeyFile.readPassphrase(keys.passphrase());
        if (!Files.exists(file)) {
            KeyFile.write(file, KeyFile.generate(KeyAlgorithm.ECDSA_P256, new SecureRandom()), secret);
        }
        try (SigningKey key = KeyFile.read(file, secret)) {
            return PublicKey.of(key.spki());
        }
    }

    /** As the command makes it, at another time each time. */
    KeyStep introduction(TrustRole role) throws Exception {
        return introduction(role, NOW.plusMillis(System.nanoTime() % 1_000_000));
    }

    KeyStep introduction(TrustRole role, Instant at) throws Exception {
        LedgerKeys now = LedgerKeys.of(ConfigFile.read(config));
        return new KeyIntroduction(
                now.ring(old(role)).with(old(role), fresh(role)),
                key(old(role)).keyId(),
                key(fresh(role)),
                new KeyIntroduction.Overlap(T1, T2, END, at));
    }

    KeyStep retirement(TrustRole role, Instant at) throws Exception {
        LedgerKeys now = LedgerKeys.of(ConfigFile.read(config));
        return new KeyRetirement(
                now.ring(Set.of(role)).without(old(role)),
                key(old(role)).keyId(),
                at,
                WINDOW,
                asked -> asked == role ? signedUntil : Optional.empty());
    }

    Optional<TrustRoot> carryOut(KeyStep step) {
        return carryOut(step, Optional.empty());
    }

    Optional<TrustRoot> carryOut(KeyStep step, Optional<Path> signed) {
        return new KeyChange(keys, new ConfigFile(config), chain, ORDER).carryOut(step, signed);
    }

    TrustRoot inForce() throws Exception {
        return TrustRoot.parse(Files.readAllBytes(keys.trustRoot()));
    }

    void requireNothingChanged() throws Exception {
        assertThat(inForce().version()).isEqualTo(1);
        assertThat(chain.events).isEmpty();
        assertThat(LedgerKeys.of(ConfigFile.read(config))).isEqualTo(keys);
    }

    void requireIntroduced(TrustRole role) throws Exception {
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

    /** Leaves the root key with somebody else, and has a step's draft signed there. */
    Path signedElsewhere(KeyStep step) throws Exception {
        Path offline = directory.resolve("offline.pem");
        if (!Files.exists(offline)) {
            Files.move(keys.root().orElseThrow(), offline);
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
}
