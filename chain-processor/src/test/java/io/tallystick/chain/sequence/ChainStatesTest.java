// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import static io.tallystick.chain.sequence.Given.TOPIC_ID;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.entry.ChainId;
import io.tallystick.fixtures.TestSeed;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.Hash;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChainStatesTest {
    private static ChainState chain(int partition, long next) {
        Hash leaf = Hash.sha256(new byte[] {(byte) partition, (byte) next});
        return ChainState.begun(
                new ChainId("acme", partition),
                leaf,
                SourcePosition.start(TOPIC_ID).advancedTo(next, 0));
    }

    @Test
    void withoutChainsTheDigestIsEmpty() {
        assertThat(new ChainStates().digest()).isEqualTo(ChainsDigest.EMPTY);
    }

    @Test
    void theDigestOfOneChainIsTheHashOfItsStoredForm() {
        // Given
        ChainStates states = new ChainStates();

        // When
        states.put(chain(3, 7));
        byte[] stored = states.takeChanges().get("acme/3");

        // Then
        byte[] prefix = "tallystick/chain-state/v1\0acme/3\0".getBytes(UTF_8);
        assertThat(stored).isEqualTo(ChainStateCodec.encode(chain(3, 7)));
        assertThat(states.digest()).isEqualTo(new ChainsDigest(1, Hash.sha256(prefix, stored)));
    }

    @Test
    void theDigestKeptStepByStepIsTheOneOfAllChains() {
        // Given
        Random random = TestSeed.random("ChainStatesTest");
        ChainStates states = new ChainStates();

        // When, Then
        for (int i = 0; i < 500; i++) {
            states.put(chain(random.nextInt(20), random.nextInt(50)));
            assertThat(states.digest()).isEqualTo(ChainsDigest.of(states.all().values()));
        }
    }

    @Test
    void onlyTheLastStateOfAChainIsTakenAndOnlyOnce() {
        // Given
        ChainStates states = new ChainStates();
        states.put(chain(0, 1));
        states.put(chain(1, 1));
        states.takeChanges();

        // When
        states.put(chain(1, 2));
        states.put(chain(1, 3));

        // Then
        Map<String, byte[]> changes = states.takeChanges();
        assertThat(changes).containsOnlyKeys("acme/1");
        assertThat(changes.get("acme/1")).isEqualTo(ChainStateCodec.encode(chain(1, 3)));
        assertThat(states.takeChanges()).isEmpty();
        assertThat(states.digest()).isEqualTo(ChainsDigest.of(states.all().values()));
    }

    @Test
    void askingForTheDigestLosesNoChange() {
        // Given
        ChainStates states = new ChainStates();
        states.put(chain(0, 1));

        // When
        ChainsDigest digest = states.digest();

        // Then
        assertThat(states.takeChanges()).containsOnlyKeys("acme/0");
        assertThat(states.digest()).isEqualTo(digest);
    }

    @Test
    void theOrderOfChainsDoesNotMatter() {
        // Given
        List<ChainState> shuffled = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            shuffled.add(chain(i, i));
        }
        ChainsDigest inOrder = ChainsDigest.of(shuffled);

        // When
        Collections.shuffle(shuffled, TestSeed.random("ChainStatesTest.order"));

        // Then
        assertThat(ChainsDigest.of(shuffled)).isEqualTo(inOrder);
    }

    @Test
    void everyLostExchangedOrChangedChainChangesTheDigest() {
        ChainsDigest both = ChainsDigest.of(List.of(chain(0, 1), chain(1, 1)));
        assertThat(ChainsDigest.of(List.of(chain(0, 1)))).isNotEqualTo(both);
        assertThat(ChainsDigest.of(List.of(chain(0, 1), chain(2, 1)))).isNotEqualTo(both);
        assertThat(ChainsDigest.of(List.of(chain(0, 1), chain(1, 2)))).isNotEqualTo(both);
        assertThat(ChainsDigest.of(List.of())).isNotEqualTo(both);
    }

    @Test
    void whatWasLoadedGivesTheDigestItWasStoredWith() {
        // Given
        ChainStates written = new ChainStates();
        written.put(chain(0, 1));
        byte[] stored = written.takeChanges().get("acme/0");

        // When
        ChainStates loaded = new ChainStates();
        loaded.load("acme/0", stored);

        // Then
        assertThat(loaded.digest()).isEqualTo(written.digest());
        assertThat(loaded.all()).isEqualTo(written.all());
    }

    @Test
    void aKeyThatIsNoChainOrBytesThatAreNoStateAreRefused() {
        // Given
        ChainStates states = new ChainStates();
        byte[] stored = ChainStateCodec.encode(chain(0, 1));

        // When, Then
        assertThatThrownBy(() -> states.load("acme", stored)).isInstanceOf(LedgerIntegrityException.class);
        assertThatThrownBy(() -> states.load("acme/0", new byte[] {1})).isInstanceOf(LedgerIntegrityException.class);
    }

    @Test
    void aNegativeNumberOfChainsIsRefused() {
        assertThatThrownBy(() -> new ChainsDigest(-1, Hash.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }
}
