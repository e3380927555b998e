// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.admit;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.Claim;
import io.tallystick.ingest.admit.ChainPosition.Flight;
import io.tallystick.topic.PoliciesInForce;
import java.time.Duration;

/** What a {@link SourceFollower} wants done. Commands of one answer are carried out at once and in their order. */
public sealed interface Command {
    /** Has the performer do it. */
    void perform(Performer performer);

    /** Who carries out commands: the consumer, producer and admin client of a shell, or a simulation. */
    interface Performer {
        /** See {@link Locate}. */
        void locate(Locate command);

        /** See {@link Seek}. */
        void seek(Seek command);

        /** See {@link SendGap}. */
        void send(SendGap command);

        /** See {@link SendClaim}. */
        void send(SendClaim command);

        /** See {@link SendConfig}. */
        void send(SendConfig command);

        /** See {@link BackOff}. */
        void backOff(BackOff command);

        /** See {@link Alert}. */
        void alert(Alert command);
    }

    /**
     * After the wait, look up where the partition stands and answer {@link SourceFollower#located} or {@link
     * SourceFollower#notLocated}.
     *
     * @param lookup to be given with the answer; a later lookup makes it worthless
     */
    record Locate(long lookup, Duration after) implements Command {
        @Override
        public void perform(Performer performer) {
            performer.locate(this);
        }
    }

    /** Read on from there. Records polled before do not count. */
    record Seek(ResumePoint to) implements Command {
        @Override
        public void perform(Performer performer) {
            performer.seek(this);
        }
    }

    /** Send this message; answer {@link SourceFollower#acknowledged} or {@link SourceFollower#failed} with the flight. */
    record SendGap(AdmittedEvent message, Flight flight) implements Command {
        @Override
        public void perform(Performer performer) {
            performer.send(this);
        }
    }

    /** Send this claim; answer {@link SourceFollower#claimFailed} if it may be lost. */
    record SendClaim(Claim message) implements Command {
        @Override
        public void perform(Performer performer) {
            performer.send(this);
        }
    }

    /** Tell the chain these policies, with a fresh salt; answer {@link SourceFollower#configFailed} if it may be lost. */
    record SendConfig(PoliciesInForce policies) implements Command {
        @Override
        public void perform(Performer performer) {
            performer.send(this);
        }
    }

    /** Call {@link SourceFollower#backedOff} after the wait. */
    record BackOff(Duration pause) implements Command {
        @Override
        public void perform(Performer performer) {
            performer.backOff(this);
        }
    }

    /**
     * Something an operator may have to know.
     *
     * @param detail what was found, without anything of a payload
     */
    record Alert(Kind kind, String detail) implements Command {
        /** What is told. */
        public enum Kind {
            /** The source has lost records that ingest has read. */
            SOURCE_TRUNCATED,
            /** The source has records that cannot be read. */
            SOURCE_DAMAGED,
            /** The source has lost records before ingest read them. */
            RECORDS_LOST,
            /** The topic has another id than the tenant's descriptor says. */
            TOPIC_RECREATED,
            /** The sequencer belongs to another topic id. */
            OTHER_TOPIC_SEQUENCED,
            /** The sequencer needs an earlier offset. */
            WENT_BACK,
            /** A message may be lost. */
            SEND_FAILED,
            /** A claim may be lost. */
            CLAIM_FAILED,
            /** The partition could not be looked up. */
            NOT_LOCATED,
            /** The source has records, and the consumer gets none of them. */
            NOT_READ,
            /** The chain waits for room in {@code ledger.ingest}. */
            NO_ROOM
        }

        @Override
        public void perform(Performer performer) {
            performer.alert(this);
        }
    }
}
