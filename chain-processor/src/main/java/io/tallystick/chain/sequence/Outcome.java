// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import io.tallystick.chain.sequence.Identities.Kept;
import java.util.Optional;

/** What a message did to its chain. DESIGN.md section 5, rules R1 to R6. */
public sealed interface Outcome {

    /** The chain's state if it is not what it was before; store it before forwarding anything. */
    Optional<ChainState> changed();

    /** Whether ingest must be told where the chain stands. */
    default boolean asksForNotice() {
        return false;
    }

    /** The outcome's name in metrics. */
    Type type();

    /** Names of the outcomes. */
    enum Type {
        APPENDED("appended"),
        CLAIMED("claimed"),
        REPLAYED("replayed"),
        DISCONTINUOUS("discontinuous"),
        WRONG_TOPIC("wrong-topic"),
        HALTED("halted"),
        IGNORED("ignored"),
        CLEARED("cleared"),
        CLEARING_REFUSED("clearing-refused"),
        UNKNOWN_CHAIN("unknown-chain");

        private final String text;

        Type(String text) {
            this.text = text;
        }

        /** Lower case, with dashes. */
        public String text() {
            return text;
        }
    }

    /**
     * R5, R6: the message became {@code entry}.
     *
     * @param kept what is to be remembered of it
     * @param detail one sentence for the tenant, never hashed
     */
    record Appended(ChainState state, LinkedEntry entry, Optional<Kept> kept, Optional<String> detail)
            implements Outcome {
        /** Nothing to remember or to tell. */
        Appended(ChainState state, LinkedEntry entry) {
            this(state, entry, Optional.empty(), Optional.empty());
        }

        @Override
        public Optional<ChainState> changed() {
            return Optional.of(state);
        }

        @Override
        public Type type() {
            return Type.APPENDED;
        }
    }

    /** A claim that fits; no entry. */
    record Claimed(ChainState state) implements Outcome {
        @Override
        public Optional<ChainState> changed() {
            return Optional.of(state);
        }

        @Override
        public Type type() {
            return Type.CLAIMED;
        }
    }

    /** R2: the chain accounts for this source offset already; dropped. For SOURCE and control messages the offset is -1. */
    record Replayed(long offset) implements Outcome {
        @Override
        public Optional<ChainState> changed() {
            return Optional.empty();
        }

        @Override
        public Type type() {
            return Type.REPLAYED;
        }
    }

    /**
     * R3: source offsets {@code [expected, from)} are missing, or it is not certain that they are those the chain has; ignored,
     * ingest sends them again.
     */
    record Discontinuous(ChainState state, long expected, long from) implements Outcome {
        /** A claim still tells how far the source reached. */
        @Override
        public Optional<ChainState> changed() {
            return Optional.of(state);
        }

        @Override
        public boolean asksForNotice() {
            return true;
        }

        @Override
        public Type type() {
            return Type.DISCONTINUOUS;
        }
    }

    /** R1, R6: the message is of another topic than the chain; ignored. */
    record WrongTopic(String expected, String found) implements Outcome {
        @Override
        public Optional<ChainState> changed() {
            return Optional.empty();
        }

        @Override
        public boolean asksForNotice() {
            return true;
        }

        @Override
        public Type type() {
            return Type.WRONG_TOPIC;
        }
    }

    /**
     * R2, R4: the source contradicts itself; the chain stops here, marked. Also if it does so again: the mark grows.
     *
     * @param asksForNotice whether the contradiction may begin further below, where ingest must read to find it
     */
    record Halted(ChainState state, Halt mark, boolean asksForNotice) implements Outcome {
        @Override
        public Optional<ChainState> changed() {
            return Optional.of(state);
        }

        @Override
        public Type type() {
            return Type.HALTED;
        }
    }

    /** The chain was halted before; ignored. */
    record Ignored(Halt mark) implements Outcome {
        @Override
        public Optional<ChainState> changed() {
            return Optional.empty();
        }

        @Override
        public Type type() {
            return Type.IGNORED;
        }
    }

    /** An operator has cleared the chain's mark by {@code entry}; the chain goes on. */
    record Cleared(ChainState state, LinkedEntry entry) implements Outcome {
        @Override
        public Optional<ChainState> changed() {
            return Optional.of(state);
        }

        /** Ingest claims again, and sends again what the halted chain ignored: policies and records. */
        @Override
        public boolean asksForNotice() {
            return true;
        }

        @Override
        public Type type() {
            return Type.CLEARED;
        }
    }

    /** A clearing of another mark than the chain has, or of none, or malformed; ignored. */
    record ClearingRefused(String why) implements Outcome {
        @Override
        public Optional<ChainState> changed() {
            return Optional.empty();
        }

        @Override
        public Type type() {
            return Type.CLEARING_REFUSED;
        }
    }

    /** A control message for a chain without a genesis; ignored. */
    record UnknownChain(String chain) implements Outcome {
        @Override
        public Optional<ChainState> changed() {
            return Optional.empty();
        }

        @Override
        public Type type() {
            return Type.UNKNOWN_CHAIN;
        }
    }
}
