// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class FillTest {
    private static final Duration SHORT = Duration.ofMillis(100);
    private static final Duration LONG = Duration.ofMinutes(1);

    @Test
    void everyRecordIsSentAndTheProducerClosed() {
        MockProducer<byte[], byte[]> producer = producer(true);

        fill(producer, LONG, LONG);

        assertThat(producer.history()).hasSize(10);
        assertThat(producer.closed()).isTrue();
    }

    @Test
    void aRecordThatIsNotWrittenIsAFault() {
        MockProducer<byte[], byte[]> producer = producer(false);
        Thread broker = new Thread(() -> {
            while (!producer.errorNext(new RecordTooLargeException("too large"))) {
                Thread.onSpinWait();
            }
        });
        broker.start();

        assertThatThrownBy(() -> fill(producer, LONG, LONG))
                .isInstanceOf(KafkaException.class)
                .hasCauseInstanceOf(RecordTooLargeException.class);
        assertThat(producer.closed()).isTrue();
    }

    @Test
    void aBrokerThatAcknowledgesNothingIsAFaultThatSaysHowFarItCame() {
        MockProducer<byte[], byte[]> producer = producer(false);

        assertThatThrownBy(() -> fill(producer, SHORT, LONG))
                .isInstanceOf(KafkaException.class)
                .hasMessageContaining("0 of 10 records acknowledged");
        assertThat(producer.closed()).isTrue();
    }

    @Test
    void aProducerThatDoesNotCloseIsAFault() {
        CountDownLatch never = new CountDownLatch(1);
        MockProducer<byte[], byte[]> producer = hanging(true, never);

        assertThatThrownBy(() -> fill(producer, LONG, SHORT))
                .isInstanceOf(KafkaException.class)
                .hasMessageContaining("does not close")
                .hasMessageContaining("threads");
        never.countDown();
    }

    @Test
    void theFirstFaultIsNotHiddenByAProducerThatDoesNotClose() {
        CountDownLatch never = new CountDownLatch(1);

        assertThatThrownBy(() -> fill(hanging(false, never), SHORT, SHORT))
                .hasMessageContaining("0 of 10")
                .satisfies(fault -> assertThat(fault.getSuppressed()).hasSize(1));
        never.countDown();
    }

    private static void fill(MockProducer<byte[], byte[]> producer, Duration stalled, Duration closeMax) {
        Fill.with(
                producer,
                10,
                number -> new ProducerRecord<>("topic", 0, null, new byte[] {(byte) number}),
                stalled,
                closeMax);
    }

    private static MockProducer<byte[], byte[]> producer(boolean acknowledging) {
        return new MockProducer<>(acknowledging, null, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static MockProducer<byte[], byte[]> hanging(boolean acknowledging, CountDownLatch until) {
        return new MockProducer<>(acknowledging, null, new ByteArraySerializer(), new ByteArraySerializer()) {
            @Override
            public void close(Duration timeout) {
                try {
                    until.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        };
    }
}
