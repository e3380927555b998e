// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tallystick.fixtures.RemoteKey;
import io.tallystick.fixtures.TestKeys;
import io.tallystick.note.NoteVerifier;
import io.tallystick.note.NoteVerifiers;
import io.tallystick.note.SignedNote;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyException;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.SigningKeyProvider;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys of a service that only a jar beside ours knows; the providers are in {@code META-INF/services} of the tests. */
class ProvidedKeysTest {
    @TempDir
    private Path directory;

    /** A key management service; {@code key} names the keys, separated by spaces. */
    public static final class Kms implements SigningKeyProvider {
        @Override
        public String name() {
            return "kms";
        }

        @Override
        public List<SigningKey> open(Map<String, String> settings) throws KeyException {
            if (!settings.containsKey("key")) {
                throw new KeyException("setting key is missing");
            }
            return List.of(settings.get("key").strip().split(" ")).stream()
                    .filter(name -> !name.isEmpty())
                    .<SigningKey>map(RemoteKey::new)
                    .toList();
        }
    }

    /** Not the only one of its name. */
    public static final class Twin implements SigningKeyProvider {
        @Override
        public String name() {
            return "twin";
        }

        @Override
        public List<SigningKey> open(Map<String, String> settings) {
            return List.of(new RemoteKey("twin"));
        }
    }

    /** Not the only one of its name. */
    public static final class OtherTwin implements SigningKeyProvider {
        @Override
        public String name() {
            return "twin";
        }

        @Override
        public List<SigningKey> open(Map<String, String> settings) {
            return List.of(new RemoteKey("other"));
        }
    }

    private AnchorConfig config(Map<String, String> settings) {
        Map<String, Object> properties = new HashMap<>(Settings.valid(directory));
        properties.put(AnchorConfig.SIGNING_KEY_FILES, "");
        properties.putAll(settings);
        return new AnchorConfig(properties);
    }

    @Test
    void theKeysOfAProviderSign() throws Exception {
        AnchorConfig config =
                config(Map.of("ledger.signing.provider", "kms", "ledger.signing.provider.key", "one two"));

        try (SigningKeys keys = SigningKeys.open(config)) {
            SignedNote note = SignedNote.parse(keys.signer(EntryChain.ORIGIN, Optional.empty())
                    .sign(EntryChain.ORIGIN, new TreeHead(1, Hash.ZERO), Instant.EPOCH)
                    .toByteArray());

            assertThat(note.verify(List.of(verifier("one"), verifier("two")))).hasSize(2);
        }
    }

    private static NoteVerifier verifier(String name) {
        return NoteVerifiers.of(
                EntryChain.ORIGIN,
                KeyAlgorithm.ECDSA_P256,
                TestKeys.key(KeyAlgorithm.ECDSA_P256, name).spki());
    }

    @Test
    void aProviderThatIsNotThereIsRefusedAndTheOthersAreNamed() {
        refused(Map.of("ledger.signing.provider", "vault"), "vault", "kms");
    }

    @Test
    void twoOfOneNameAreRefused() {
        refused(Map.of("ledger.signing.provider", "twin"), "[kms, twin, twin]");
    }

    @Test
    void aProviderThatCannotOpenItsKeysIsRefused() {
        refused(Map.of("ledger.signing.provider", "kms"), "kms", "setting key is missing");
        refused(Map.of("ledger.signing.provider", "kms", "ledger.signing.provider.key", " "), "gives no keys");
    }

    private void refused(Map<String, String> settings, String... words) {
        AnchorConfig config = config(settings);
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> SigningKeys.open(config))
                .withMessageContainingAll(words);
    }

    @Test
    void settingsWithoutAProviderAreRefused() {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> config(
                        Map.of("ledger.signing.key.files", "checkpoint.pem", "ledger.signing.provider.key", "one")))
                .withMessageContainingAll("ledger.signing.provider", "[key]");
    }
}
