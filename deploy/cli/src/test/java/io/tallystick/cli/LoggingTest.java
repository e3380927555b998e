// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** What of Kafka's warnings reaches standard error. */
class LoggingTest {
    @ParameterizedTest
    @CsvSource({
        "org.apache.kafka.clients.consumer.internals.OffsetFetcherUtils, false",
        "org.apache.kafka.clients.NetworkClient, true"
    })
    void ordinarySuccessWarnsOfNothing(String logger, boolean warns) {
        assertThat(LoggerFactory.getLogger(logger).isWarnEnabled()).isEqualTo(warns);
        assertThat(LoggerFactory.getLogger(logger).isErrorEnabled()).isTrue();
    }
}
