// SPDX-License-Identifier: Apache-2.0
package io.tallystick.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;

class RegistryPatienceTest {
    private final Deque<RuntimeException> faults = new ArrayDeque<>();
    private int calls;

    @Test
    void registryThatComesBackIsWaitedFor() {
        // Given
        faults.addAll(List.of(away(), away()));

        // When
        String answer = call(Duration.ofMinutes(1));

        // Then
        assertThat(answer).isEqualTo("answer");
        assertThat(calls).isEqualTo(3);
    }

    @Test
    void serverFaultCountsAsAway() {
        faults.add(new SerializationException("", new RestClientException("busy", 503, 50001)));

        assertThat(call(Duration.ofMinutes(1))).isEqualTo("answer");
    }

    @Test
    void unknownIdIsNotWaitedFor() {
        faults.add(new SerializationException("", new RestClientException("unknown", 404, 40403)));

        assertThatThrownBy(() -> call(Duration.ofMinutes(1))).isInstanceOf(SerializationException.class);
        assertThat(calls).isEqualTo(1);
    }

    @Test
    void undecodableBytesAreNotWaitedFor() {
        faults.add(new SerializationException("Unknown magic byte!"));

        assertThatThrownBy(() -> call(Duration.ofMinutes(1))).hasMessageContaining("magic");
        assertThat(calls).isEqualTo(1);
    }

    @Test
    void registryThatStaysAwayEndsTheWait() {
        faults.addAll(List.of(away(), away(), away()));

        assertThatThrownBy(() -> call(Duration.ZERO)).hasRootCauseInstanceOf(ConnectException.class);
        assertThat(calls).isEqualTo(1);
    }

    private String call(Duration waitMax) {
        return RegistryPatience.whileAway(
                () -> {
                    calls++;
                    if (!faults.isEmpty()) {
                        throw faults.remove();
                    }
                    return "answer";
                },
                Duration.ofMillis(1),
                waitMax);
    }

    private static SerializationException away() {
        return new SerializationException("", new ConnectException("refused"));
    }
}
