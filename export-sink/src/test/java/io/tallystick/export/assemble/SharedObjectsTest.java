// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.export.store.DirectoryObjectStore;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.PublicKey;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootDraft;
import io.tallystick.trust.TrustedKey;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedObjectsTest {
    private static final String LEDGER = "ledger.example.com";
    private static final ObjectName STORED = new ObjectName("v1/trust-root-1.json");
    private static final Instant ISSUED = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant EXPIRES = Instant.parse("2030-01-01T00:00:00Z");
    private static final SigningKey FIRST = key();
    private static final SigningKey SECOND = key();
    private static final SigningKey THIRD = key();
    private static final SigningKey CHECKPOINT = key();
    private static final SigningKey BUNDLE = key();

    @TempDir
    private Path directory;

    private ObjectStore store;
    private SharedObjects shared;

    @BeforeEach
    void open() throws IOException {
        store = DirectoryObjectStore.open(directory);
        shared = new SharedObjects(store);
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    private static SigningKey key() {
        return KeyFile.generate(KeyAlgorithm.ECDSA_P256, new SecureRandom());
    }

    /** Two of three root keys must sign. */
    private static TrustRootDraft draft(Instant expires) throws Exception {
        List<TrustedKey> keys = new ArrayList<>();
        for (SigningKey key : List.of(FIRST, SECOND, THIRD)) {
            keys.add(listed(key, TrustRole.ROOT));
        }
        keys.add(listed(CHECKPOINT, TrustRole.CHECKPOINT));
        keys.add(listed(BUNDLE, TrustRole.BUNDLE));
        return TrustRootDraft.first(LEDGER, ISSUED, expires, keys, 2);
    }

    private static TrustedKey listed(SigningKey key, TrustRole role) throws Exception {
        return new TrustedKey(
                PublicKey.of(key.spki()),
                Set.of(role),
                List.of(LEDGER, LEDGER + "/*"),
                ISSUED,
                EXPIRES,
                KeyStatus.ACTIVE,
                Optional.empty());
    }

    private byte[] stored() throws IOException {
        return store.read(STORED, TrustRoot.SIZE_MAX).orElseThrow();
    }

    private Optional<String> put(TrustRootDraft draft) throws Exception {
        return shared.putTrustRoot(draft.complete(), draft.encode());
    }

    @Test
    void aTrustRootThatAFurtherRootKeySignedIsTheSame() throws Exception {
        // Given
        TrustRootDraft two = draft(EXPIRES).sign(FIRST).sign(SECOND);
        TrustRootDraft three = two.sign(THIRD);
        assertThat(three.encode()).isNotEqualTo(two.encode());

        // When
        Optional<String> before = put(two);
        Optional<String> after = put(three);

        // Then
        assertThat(before).isEmpty();
        assertThat(after).isEmpty();
        assertThat(stored()).isEqualTo(two.encode());
    }

    @Test
    void anotherTrustRootOfTheVersionIsSaidAndStays() throws Exception {
        // Given
        TrustRootDraft other = draft(EXPIRES.minusSeconds(1)).sign(FIRST).sign(SECOND);
        put(other);

        // When
        Optional<String> fault = put(draft(EXPIRES).sign(FIRST).sign(SECOND));

        // Then
        assertThat(fault).hasValueSatisfying(text -> assertThat(text)
                .contains(other.fingerprint().toString()));
        assertThat(stored()).isEqualTo(other.encode());
    }

    @Test
    void oneThatTooFewHaveSignedOrThatIsNoneIsSaidAndStays() throws Exception {
        // Given
        TrustRootDraft whole = draft(EXPIRES).sign(FIRST).sign(SECOND);
        byte[] cut = Arrays.copyOf(whole.encode(), whole.encode().length / 2);
        shared.putText("trust-root-1.json", draft(EXPIRES).sign(FIRST).encode());

        // When
        Optional<String> tooFew = put(whole);
        store.close();
        store = DirectoryObjectStore.open(directory.resolve("other"));
        shared = new SharedObjects(store);
        shared.putText("trust-root-1.json", cut);
        Optional<String> none = put(whole);

        // Then
        assertThat(tooFew).hasValueSatisfying(text -> assertThat(text).contains("signed by 1 root keys, 2 are needed"));
        assertThat(none).isPresent();
        assertThat(stored()).isEqualTo(cut);
    }
}
