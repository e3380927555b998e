// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import io.tallystick.entry.ChainId;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.PoliciesInForce;
import io.tallystick.topic.TenantPolicies;
import io.tallystick.tree.Hash;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The stored form of a {@link ChainState}; its key is the chain id. Integers are big-endian.
 *
 * <pre>
 * bytes  field
 *     1  version, 1
 *     1  flags: 1 status, 2 last notice, 4 halt, 8 config; other bits are zero
 *     8  size
 *    32  last leaf hash
 *    32  leaf hash of the last event
 *     8  next source offset
 *     4  leader epoch
 * 1 + n  topic id: length, UTF-8
 *     8  status: source end                    \ with flag 1
 *     8  status: as of, ms since 1970          /
 *     8  last notice, ms since 1970              with flag 2
 *     1  halt: reason                          \
 *     8  halt: ledger clock, ms since 1970     | with flag 4
 *     8  halt: source offset                   |
 *     4  halt: leader epoch                    /
 *     8  config: revision                      \
 *     1  config: duplicates, 1 mark, 2 reject  | with flag 8
 *     8  config: window, ms                    |
 *     8  config: entries of the window         /
 * </pre>
 */
public final class ChainStateCodec {
    private static final int VERSION = 1;
    private static final int STATUS = 1;
    private static final int NOTICE = 2;
    private static final int HALT = 4;
    private static final int CONFIG = 8;
    private static final int MARK = 1;
    private static final int REJECT = 2;
    private static final int BYTES_MAX = 2 + 8 + 32 + 32 + 8 + 4 + 256 + 16 + 8 + 21 + 25;

    private ChainStateCodec() {}

    /** At most 412 bytes. */
    public static byte[] encode(ChainState state) {
        ByteBuffer out = ByteBuffer.allocate(BYTES_MAX);
        out.put((byte) VERSION).put((byte) flags(state)).putLong(state.size());
        StateBytes.putHash(out, state.last());
        StateBytes.putHash(out, state.lastEvent());
        out.putLong(state.source().next()).putInt(state.source().leaderEpoch());
        StateBytes.putText(out, state.source().topicId());
        state.status().ifPresent(status -> {
            out.putLong(status.end());
            StateBytes.putInstant(out, status.asOf());
        });
        state.lastNotice().ifPresent(at -> StateBytes.putInstant(out, at));
        state.halt().ifPresent(halt -> {
            out.put((byte) halt.reason().code());
            StateBytes.putInstant(out, halt.at());
            out.putLong(halt.offset()).putInt(halt.leaderEpoch());
        });
        state.config().ifPresent(config -> putConfig(out, config));
        return StateBytes.written(out);
    }

    private static int flags(ChainState state) {
        return (state.status().isPresent() ? STATUS : 0)
                | (state.lastNotice().isPresent() ? NOTICE : 0)
                | (state.halt().isPresent() ? HALT : 0)
                | (state.config().isPresent() ? CONFIG : 0);
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @param chain the key it was stored under
     * @throws LedgerIntegrityException if the bytes are anything else
     */
    public static ChainState decode(ChainId chain, byte[] bytes) {
        return StateBytes.decode("state of chain " + chain, bytes, in -> read(chain, in), ChainStateCodec::encode);
    }

    private static ChainState read(ChainId chain, ByteBuffer in) {
        StateBytes.requireVersion(in, VERSION);
        int flags = in.get();
        long size = in.getLong();
        Hash last = StateBytes.getHash(in);
        Hash lastEvent = StateBytes.getHash(in);
        long next = in.getLong();
        int leaderEpoch = in.getInt();
        SourcePosition source = new SourcePosition(StateBytes.getText(in), next, leaderEpoch);
        Optional<SourceStatus> status = (flags & STATUS) == 0 ? Optional.empty() : Optional.of(status(in));
        Optional<Instant> notice = (flags & NOTICE) == 0 ? Optional.empty() : Optional.of(StateBytes.getInstant(in));
        Optional<Halt> halt = (flags & HALT) == 0 ? Optional.empty() : Optional.of(halt(in));
        Optional<PoliciesInForce> config = (flags & CONFIG) == 0 ? Optional.empty() : Optional.of(config(in));
        StateBytes.requireEnd(in);
        return new ChainState(chain, size, last, lastEvent, source, status, notice, halt, config);
    }

    private static void putConfig(ByteBuffer out, PoliciesInForce config) {
        TenantPolicies policies = config.policies();
        out.putLong(config.revision());
        out.put((byte) (policies.duplicates() == TenantPolicies.Duplicates.MARK ? MARK : REJECT));
        out.putLong(policies.window().toMillis()).putLong(policies.entriesMax());
    }

    private static PoliciesInForce config(ByteBuffer in) {
        long revision = in.getLong();
        TenantPolicies.Duplicates duplicates =
                in.get() == MARK ? TenantPolicies.Duplicates.MARK : TenantPolicies.Duplicates.REJECT;
        Duration window = Duration.ofMillis(in.getLong());
        return new PoliciesInForce(revision, new TenantPolicies(duplicates, window, in.getLong()));
    }

    private static SourceStatus status(ByteBuffer in) {
        long end = in.getLong();
        return new SourceStatus(end, StateBytes.getInstant(in));
    }

    private static Halt halt(ByteBuffer in) {
        Halt.Reason reason = Halt.Reason.ofCode(in.get());
        Instant at = StateBytes.getInstant(in);
        long offset = in.getLong();
        return new Halt(reason, at, offset, in.getInt());
    }
}
