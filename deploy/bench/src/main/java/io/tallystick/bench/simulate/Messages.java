// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.simulate;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.AdmittedKind;
import io.tallystick.avro.ChainHalt;
import io.tallystick.avro.Claim;
import io.tallystick.avro.Control;
import io.tallystick.chain.sequence.HaltClearing;
import io.tallystick.entry.Commitments;
import io.tallystick.entry.Salt;
import java.nio.ByteBuffer;
import org.apache.avro.specific.SpecificRecord;

/** Messages in few words, and those that an operator sends. */
final class Messages {
    static final String CLUSTER = "c1";

    private Messages() {}

    /** {@code tally tenant rebind}: from now on the chain records this topic, from its beginning. */
    static AdmittedEvent rebind(Source source, String oldTopicId, String newTopicId) {
        return AdmittedEvent.newBuilder()
                .setChain(source.chain.toString())
                .setCluster(CLUSTER)
                .setTopic(source.topic)
                .setPartition(source.chain.partition())
                .setKind(AdmittedKind.SOURCE)
                .setReason("topic-recreated")
                .setTopicId(newTopicId)
                .setOldTopicId(oldTopicId)
                .setLeaderEpoch(-1)
                .setFrom(0)
                .setOffset(-1)
                .build();
    }

    /** {@code tally recover halt}. */
    static Control clearing(ChainHalt mark) {
        HaltClearing clearing = HaltClearing.of(mark, "operator", "it was looked at");
        byte[] payload = clearing.encode();
        Salt salt = Salt.of(new byte[Salt.LENGTH]);
        return new Control(
                mark.getChain(),
                clearing.id(),
                HaltClearing.TYPE,
                "application/json",
                ByteBuffer.wrap(Commitments.payload(salt, payload).bytes()),
                ByteBuffer.wrap(salt.bytes()),
                ByteBuffer.wrap(payload));
    }

    static String text(SpecificRecord message) {
        if (message instanceof AdmittedEvent event) {
            return event.getKind() == AdmittedKind.SOURCE
                    ? event.getChain() + " SOURCE " + event.getOldTopicId() + " -> " + event.getTopicId()
                    : event.getChain() + " " + event.getKind() + " [" + event.getFrom() + ".." + event.getOffset()
                            + "] epoch " + event.getLeaderEpoch() + " after " + event.getFromLeaderEpoch() + " of "
                            + event.getTopicId();
        }
        if (message instanceof Claim claim) {
            return claim.getChain() + " CLAIM from " + claim.getFrom() + ", epoch " + claim.getLeaderEpoch() + ", end "
                    + claim.getSourceEnd() + " of " + claim.getTopicId();
        }
        if (message instanceof Control control) {
            return control.getChain() + " CONTROL " + control.getType() + " " + control.getId();
        }
        return message.getSchema().getName();
    }
}
