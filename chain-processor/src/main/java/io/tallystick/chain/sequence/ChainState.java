// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import static java.util.Objects.requireNonNull;

import io.tallystick.entry.ChainId;
import io.tallystick.topic.PoliciesInForce;
import io.tallystick.topic.TenantPolicies;
import io.tallystick.tree.Hash;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * All the sequencer knows of one chain. It exists from the genesis on, so a chain is never empty.
 *
 * @param chain the chain
 * @param size number of entries; at least 1; also the sequence of the next entry
 * @param last leaf hash of the last entry: the next entry's {@code prev}
 * @param lastEvent leaf hash of the last entry of kind event, else of the genesis
 * @param source position in the source
 * @param status last claim; empty before the first and after a change of the source topic
 * @param lastNotice ledger clock of the last notice
 * @param halt the mark that stops the chain, if there is one
 * @param config policies of the last {@code ledger.config} entry; empty before the first
 */
public record ChainState(
        ChainId chain,
        long size,
        Hash last,
        Hash lastEvent,
        SourcePosition source,
        Optional<SourceStatus> status,
        Optional<Instant> lastNotice,
        Optional<Halt> halt,
        Optional<PoliciesInForce> config) {
    static final Duration NOTICE_INTERVAL = Duration.ofSeconds(5);

    /** @throws IllegalArgumentException if the size is not positive */
    public ChainState {
        requireNonNull(chain, "chain");
        requireNonNull(last, "last");
        requireNonNull(lastEvent, "lastEvent");
        requireNonNull(source, "source");
        requireNonNull(status, "status");
        requireNonNull(lastNotice, "lastNotice");
        requireNonNull(halt, "halt");
        requireNonNull(config, "config");
        if (size < 1) {
            throw new IllegalArgumentException(chain + ": a chain has at least its genesis, got size " + size);
        }
    }

    /** The chain that consists of a genesis alone. */
    static ChainState begun(ChainId chain, Hash genesis, SourcePosition source) {
        return new ChainState(
                chain,
                1,
                genesis,
                genesis,
                source,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** After an entry that is not an event. */
    ChainState appended(Hash leaf, SourcePosition newSource) {
        return new ChainState(chain, size + 1, leaf, lastEvent, newSource, status, lastNotice, halt, config);
    }

    /** After an entry of kind event. */
    ChainState appendedEvent(Hash leaf, SourcePosition newSource) {
        return new ChainState(chain, size + 1, leaf, leaf, newSource, status, lastNotice, halt, config);
    }

    /** After an entry of kind source: what was claimed of the old topic says nothing of the new one. */
    ChainState rebound(Hash leaf, String topicId) {
        return new ChainState(
                chain,
                size + 1,
                leaf,
                lastEvent,
                SourcePosition.start(topicId),
                Optional.empty(),
                lastNotice,
                halt,
                config);
    }

    ChainState withStatus(SourceStatus newStatus) {
        return new ChainState(chain, size, last, lastEvent, source, Optional.of(newStatus), lastNotice, halt, config);
    }

    ChainState withNotice(Instant at) {
        return new ChainState(chain, size, last, lastEvent, source, status, Optional.of(at), halt, config);
    }

    ChainState halted(Halt mark) {
        return new ChainState(chain, size, last, lastEvent, source, status, lastNotice, Optional.of(mark), config);
    }

    /** After a {@code ledger.config} entry. */
    ChainState configured(PoliciesInForce newConfig) {
        return new ChainState(chain, size, last, lastEvent, source, status, lastNotice, halt, Optional.of(newConfig));
    }

    /** The policies in force. */
    public TenantPolicies policies() {
        return config.isPresent() ? config.get().policies() : TenantPolicies.DEFAULT;
    }

    /**
     * After the entry that clears the mark: the source is believed again.
     *
     * @param leaderEpoch under which; -1, of a record without one, leaves the chain's own
     */
    ChainState cleared(Hash leaf, int leaderEpoch) {
        SourcePosition believed =
                source.advancedTo(source.next(), leaderEpoch < 0 ? source.leaderEpoch() : leaderEpoch);
        return new ChainState(chain, size + 1, leaf, lastEvent, believed, status, lastNotice, Optional.empty(), config);
    }

    /** Whether a notice may be sent again: at most one per chain per 5 s of ledger clock. */
    boolean mayNotify(Instant now) {
        return lastNotice.map(sent -> !now.isBefore(sent.plus(NOTICE_INTERVAL))).orElse(true);
    }
}
