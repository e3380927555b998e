// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.json.Jcs;
import io.tallystick.json.JsonException;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TranscriptReaderTest {
    private final List<String> bundles = new ArrayList<>();

    private String read(String text) throws IOException, JsonException {
        JsonObject around = TranscriptReader.read(
                new ByteArrayInputStream(Text.bytes(text)), bundle -> bundles.add(Text.string(Jcs.encode(bundle))));
        return Text.string(Jcs.encode(around));
    }

    @Test
    void bundlesAreShownOneByOneAndLeftOutOfTheRest() throws Exception {
        assertThat(read("{\"bundles\":[{\"a\":1},{\"b\":[{\"c\":\"]},{\"}]}],\"tenants\":[{}]}"))
                .isEqualTo("{\"bundles\":[],\"tenants\":[{}]}");
        assertThat(bundles).containsExactly("{\"a\":1}", "{\"b\":[{\"c\":\"]},{\"}]}");
    }

    @Test
    void spaceOrderAndEscapesMakeNoDifference() throws Exception {
        assertThat(
                        read(
                                """
                        { "x" : "\\"bundles\\":[", "y" : { "bundles" : [ 1 ] },
                          "bundles" : [
                            { "a" : "\\\\" } ,
                            { "b" : "\\"}" }
                          ]
                        }
                        """))
                .isEqualTo("{\"bundles\":[],\"x\":\"\\\"bundles\\\":[\",\"y\":{\"bundles\":[1]}}");
        assertThat(bundles).containsExactly("{\"a\":\"\\\\\"}", "{\"b\":\"\\\"}\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"bundles\":[]}", "{\"bundles\": [ \n ] }", "{}", "{\"bundles\":1}"})
    void noBundlesAreNone(String text) throws Exception {
        read(text);

        assertThat(bundles).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{\"bundles\":[{}",
                "{\"bundles\":[{},]}",
                "{\"bundles\":[,{}]}",
                "{\"bundles\":[,]}",
                "{\"bundles\":[{}]",
                "{\"bundles\":[{}]}}",
                "{\"bundles\":[{}}]}",
                "{\"bundles\":[1]}",
                "{\"bundles\":[{} {}]}",
                "{\"bundles\":[{\"a\":1,\"a\":2}]}",
                "{\"bundles\":[],\"bundles\":[]}",
                "{\"bundles\":[{\"a\":[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]}]}",
            })
    void whatIsNoTranscriptIsRefused(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOfAny(JsonException.class, IllegalArgumentException.class);
    }

    @Test
    void aBundleOverTheLimitIsRefused() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(
                        () -> read("{\"bundles\":[{\"a\":\"" + "x".repeat(TranscriptReader.PART_BYTES_MAX) + "\"}]}"))
                .withMessageContaining("over");
    }

    @Test
    void whatIsWrittenBundleAfterBundleIsCanonical(@TempDir Path folder) throws Exception {
        // Given
        Scenario scenario = Scenario.write(folder, 5);
        VerificationReport whole =
                Verifier.verify(VerifyRequest.of(scenario.ledger.bucket).withTrustRoot(scenario.trustRoot));
        VerificationReport nothing = Verifier.verify(VerifyRequest.of(folder.resolve("none")));

        // Then
        for (VerificationReport report : List.of(whole, nothing)) {
            assertThat(report.json()).isEqualTo(Jcs.encode(JsonParser.parse(report.json(), 16)));
        }
        read(whole.jsonText());
        assertThat(bundles).hasSize(whole.bundles().size()).hasSizeGreaterThan(1);
    }
}
