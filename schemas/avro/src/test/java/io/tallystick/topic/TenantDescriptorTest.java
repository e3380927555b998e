// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.json.JsonException;
import io.tallystick.tree.Hash;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TenantDescriptorTest {
    private static final TenantPolicies POLICIES =
            new TenantPolicies(TenantPolicies.Duplicates.REJECT, Duration.ofMinutes(5), 7);
    private static final TenantDescriptor DESCRIPTOR = new TenantDescriptor(
            "acme",
            TenantDescriptor.State.SUSPENDED,
            List.of("q1Sh-9_ISia_zwGINzRvyQ", "p1Sh-9_ISia_zwGINzRvyQ"),
            Hash.ZERO,
            3,
            POLICIES,
            true,
            new TenantDescriptor.Retention("standard", 10));

    @Test
    void descriptorIsReadAsItWasWritten() throws Exception {
        assertThat(TenantDescriptor.parse(DESCRIPTOR.encode())).isEqualTo(DESCRIPTOR);
        assertThat(DESCRIPTOR.topicId()).isEqualTo("p1Sh-9_ISia_zwGINzRvyQ");
    }

    @Test
    void policiesInForceAreReadAsTheyWereWritten() throws Exception {
        // When
        byte[] payload = DESCRIPTOR.policiesInForce().encode();

        // Then
        assertThat(new String(payload, UTF_8))
                .startsWith("{\"digest\":\"" + POLICIES.digest())
                .endsWith("\"policies\":{\"duplicates\":\"reject\",\"duplicatesWindowEntries\":7,"
                        + "\"duplicatesWindowMs\":300000},\"revision\":3}");
        assertThat(PoliciesInForce.parse(payload)).isEqualTo(new PoliciesInForce(3, POLICIES));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "reject|drop",
                "reject|mark",
                "\"revision\":3|\"revision\":0",
                "\"revision\":3|\"revision\":3,\"x\":1",
                "300000|-1",
                "\"duplicatesWindowEntries\":7|\"duplicatesWindowEntries\":0"
            })
    void policiesInForceThatDoNotFitAreRefused(String from, String to) {
        // Given
        String changed = new String(DESCRIPTOR.policiesInForce().encode(), UTF_8).replace(from, to);

        // When, Then
        assertThatThrownBy(() -> PoliciesInForce.parse(changed.getBytes(UTF_8)))
                .isInstanceOfAny(IllegalArgumentException.class, JsonException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"revision", "policies", "state", "blind"})
    void descriptorWithoutAMemberIsRefused(String member) {
        // Given
        String changed = new String(DESCRIPTOR.encode(), UTF_8).replace("\"" + member + "\"", "\"other\"");

        // When, Then
        assertThatThrownBy(() -> TenantDescriptor.parse(changed.getBytes(UTF_8)))
                .isInstanceOf(JsonException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 2_592_000_001L})
    void windowOutOfItsRangeIsRefused(long ms) {
        assertThatThrownBy(() -> new TenantPolicies(TenantPolicies.Duplicates.MARK, Duration.ofMillis(ms), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("30 days");
    }
}
