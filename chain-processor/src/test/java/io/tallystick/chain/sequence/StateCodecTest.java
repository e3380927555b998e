// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import static io.tallystick.chain.sequence.Given.CREATED;
import static io.tallystick.chain.sequence.Given.TOPIC_ID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.chain.sequence.PartitionState.EntryRef;
import io.tallystick.chain.sequence.PartitionState.LastRecord;
import io.tallystick.entry.ChainId;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.PoliciesInForce;
import io.tallystick.topic.TenantPolicies;
import io.tallystick.tree.Hash;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StateCodecTest {
    private static final ChainId CHAIN = ChainId.parse("acme/0");
    private static final Hash HASH = Hash.parseHex("11".repeat(32));
    private static final Hash EVENT = Hash.parseHex("22".repeat(32));

    private static ChainState chain(boolean status, boolean notice, boolean halt) {
        return new ChainState(
                CHAIN,
                258,
                HASH,
                EVENT,
                new SourcePosition(TOPIC_ID, 772, 5),
                status ? Optional.of(new SourceStatus(800, CREATED)) : Optional.empty(),
                notice ? Optional.of(CREATED.plusMillis(1)) : Optional.empty(),
                halt
                        ? Optional.of(new Halt(Halt.Reason.LEADER_EPOCH_REGRESSED, CREATED.plusMillis(2), 772, 4))
                        : Optional.empty(),
                Optional.empty());
    }

    static Stream<ChainState> chains() {
        return Stream.of(
                chain(false, false, false),
                chain(true, false, false),
                chain(false, true, false),
                chain(false, false, true),
                chain(true, true, true),
                chain(true, true, true).configured(new PoliciesInForce(1, TenantPolicies.DEFAULT)),
                chain(false, false, true)
                        .configured(new PoliciesInForce(
                                1L << 40, new TenantPolicies(TenantPolicies.Duplicates.REJECT, Duration.ZERO, 1))),
                Given.begun());
    }

    static Stream<PartitionState> partitions() {
        LedgerClock clock = new LedgerClock(CREATED.plusSeconds(9), CREATED.plusSeconds(8));
        return Stream.of(
                new PartitionState(
                        "o",
                        LedgerClock.startingAt(CREATED),
                        new LastRecord(0, Optional.empty(), CREATED),
                        ChainsDigest.EMPTY),
                new PartitionState(
                        "ledger.example.com",
                        clock,
                        new LastRecord(77, Optional.of(new EntryRef("acme/0", 12, HASH)), CREATED),
                        new ChainsDigest(3, EVENT)));
    }

    @ParameterizedTest
    @MethodSource("chains")
    void aChainStateComesBackAsItWas(ChainState state) {
        assertThat(ChainStateCodec.decode(CHAIN, ChainStateCodec.encode(state))).isEqualTo(state);
    }

    @ParameterizedTest
    @MethodSource("partitions")
    void aPartitionStateComesBackAsItWas(PartitionState state) {
        assertThat(PartitionStateCodec.decode(PartitionStateCodec.encode(state)))
                .isEqualTo(state);
    }

    @Test
    void theBytesOfAChainStateAreFixed() {
        assertThat(HexFormat.of().formatHex(ChainStateCodec.encode(chain(true, true, true))))
                .isEqualTo("01" + "07" + "0000000000000102" + "11".repeat(32) + "22".repeat(32) + "0000000000000304"
                        + "00000005" + "16" + "41".repeat(22) + "0000000000000320" + "000001a1fc192be4"
                        + "000001a1fc192be5" + "02" + "000001a1fc192be6" + "0000000000000304" + "00000004");
    }

    @Test
    void theBytesOfAPartitionStateAreFixed() {
        PartitionState state = partitions().skip(1).findFirst().orElseThrow();
        assertThat(HexFormat.of().formatHex(PartitionStateCodec.encode(state)))
                .isEqualTo("01" + "01" + "12" + "6c65646765722e6578616d706c652e636f6d" + "000001a1fc194f0c"
                        + "000001a1fc194b24" + "000000000000004d" + "000001a1fc192be4" + "0000000000000003"
                        + "22".repeat(32) + "06" + "61636d652f30"
                        + "000000000000000c" + "11".repeat(32));
    }

    @ParameterizedTest
    @MethodSource("chains")
    void everyShorterOrLongerChainStateIsRefused(ChainState state) {
        byte[] bytes = ChainStateCodec.encode(state);
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> ChainStateCodec.decode(CHAIN, cut)).isInstanceOf(LedgerIntegrityException.class);
        }
        assertThatThrownBy(() -> ChainStateCodec.decode(CHAIN, Arrays.copyOf(bytes, bytes.length + 1)))
                .isInstanceOf(LedgerIntegrityException.class);
    }

    @ParameterizedTest
    @MethodSource("partitions")
    void everyShorterOrLongerPartitionStateIsRefused(PartitionState state) {
        byte[] bytes = PartitionStateCodec.encode(state);
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> PartitionStateCodec.decode(cut)).isInstanceOf(LedgerIntegrityException.class);
        }
        assertThatThrownBy(() -> PartitionStateCodec.decode(Arrays.copyOf(bytes, bytes.length + 1)))
                .isInstanceOf(LedgerIntegrityException.class);
    }

    @Test
    void anotherVersionIsRefused() {
        byte[] chain = ChainStateCodec.encode(Given.begun());
        chain[0] = 2;
        assertThatThrownBy(() -> ChainStateCodec.decode(CHAIN, chain))
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining("version 2");
    }

    @Test
    void aFlagNobodyKnowsIsRefused() {
        byte[] chain = ChainStateCodec.encode(Given.begun());
        chain[1] |= 8;
        assertThatThrownBy(() -> ChainStateCodec.decode(CHAIN, chain)).isInstanceOf(LedgerIntegrityException.class);
    }

    @Test
    void aHaltReasonNobodyKnowsIsRefused() {
        byte[] chain = ChainStateCodec.encode(chain(false, false, true));
        chain[chain.length - 21] = 9;
        assertThatThrownBy(() -> ChainStateCodec.decode(CHAIN, chain))
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining("halt reason");
    }

    @Test
    void anEmptyChainIsRefused() {
        ByteBuffer chain = ByteBuffer.wrap(ChainStateCodec.encode(Given.begun()));
        chain.putLong(2, 0);
        assertThatThrownBy(() -> ChainStateCodec.decode(CHAIN, chain.array()))
                .isInstanceOf(LedgerIntegrityException.class);
    }

    @Test
    void aTopicIdThatIsNotUtf8IsRefused() {
        byte[] chain = ChainStateCodec.encode(Given.begun());
        chain[chain.length - 1] = (byte) 0xff;
        assertThatThrownBy(() -> ChainStateCodec.decode(CHAIN, chain)).isInstanceOf(LedgerIntegrityException.class);
    }
}
