// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.topic.LedgerIntegrityException;
import java.net.ConnectException;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SignerFaultsTest {
    static Set<Throwable> hopeless() {
        return Set.of(
                new LedgerIntegrityException("forked"),
                new NoOffsetForPartitionException(new TopicPartition("ledger.heads", 0)),
                new TopicAuthorizationException(Set.of("ledger.heads")),
                new TransactionalIdAuthorizationException("denied"),
                new SaslAuthenticationException("denied"),
                new UnsupportedVersionException("old"),
                new RecordTooLargeException("large", Map.of()),
                new SerializationException("Unknown magic byte!"),
                new SerializationException("wrong", new IllegalStateException()),
                new KafkaException("in an error state", new TopicAuthorizationException("denied")));
    }

    static Set<Throwable> passing() {
        return Set.of(
                new TimeoutException("no answer"),
                new FencedInstanceIdException("another"),
                new CommitFailedException(),
                new KafkaException("in an error state", new TimeoutException("no answer")),
                new SerializationException("registry is away", new ConnectException("refused")));
    }

    @ParameterizedTest
    @MethodSource("hopeless")
    void whatWouldHappenAgainStopsTheSigner(Throwable fault) {
        assertThat(SignerFaults.areHopeless(fault)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("passing")
    void whatMayPassDoesNot(Throwable fault) {
        assertThat(SignerFaults.areHopeless(fault)).isFalse();
    }
}
