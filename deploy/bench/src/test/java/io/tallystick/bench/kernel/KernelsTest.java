// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.tallystick.bench.goal.Goals;
import io.tallystick.json.Jcs;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.infra.Blackhole;

class KernelsTest {
    private final Blackhole sink = new Blackhole(
            "Today's password is swordfish. I understand instantiating Blackholes directly is dangerous.");

    @ParameterizedTest
    @ValueSource(strings = {"minified", "spaced"})
    void thePayloadKernelsTakeEveryEvent(String form) {
        // Given
        PayloadKernels kernels = new PayloadKernels();
        kernels.form = form;
        kernels.load();

        // When, Then
        assertThatCode(() -> {
                    kernels.sha256(sink);
                    kernels.scan();
                    kernels.scanAndMinify(sink);
                    kernels.scanMinifyAndCommit(sink);
                })
                .doesNotThrowAnyException();
        assertThat(PayloadKernels.bytes("spaced")).isGreaterThan(PayloadKernels.bytes("minified"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "cloudevent"})
    void theAdmitKernelsAdmitEveryEvent(String form) {
        // Given
        AdmitKernels kernels = new AdmitKernels();
        kernels.form = form;
        kernels.load();

        // When, Then
        assertThatCode(() -> {
                    kernels.sha256(sink);
                    kernels.commit(sink);
                    kernels.decode(sink);
                    kernels.decodeAndAdmit(sink);
                })
                .doesNotThrowAnyException();
    }

    @Test
    void theEntryAndTreeKernelsRun() {
        // Given
        EntryKernels entries = new EntryKernels();
        TreeKernels trees = new TreeKernels();
        entries.load();
        trees.load();

        // When, Then
        assertThatCode(() -> {
                    entries.sha256(sink);
                    entries.encodeAndHash(sink);
                    entries.hashAndDecode(sink);
                    trees.sha256(sink);
                })
                .doesNotThrowAnyException();
        assertThat(trees.append().size()).isEqualTo(1024);
    }

    @Test
    void theRegistryKernelsProveAWindowOfAnyRegistry() {
        // Given
        RegistryKernels kernels = new RegistryKernels();
        kernels.load();

        // When, Then
        assertThatCode(() -> {
                    kernels.sha256(sink);
                    kernels.afterThousand(sink);
                    kernels.afterTrillion(sink);
                })
                .doesNotThrowAnyException();
    }

    @Test
    void aMeasurementShowsItsRatio() {
        // Given
        Measurement measurement =
                new Measurement("payload", "scan", Optional.of("minified"), "MB/s", 900.0, Double.NaN, 1200.0, 48.0);

        // When
        String json = new String(Jcs.encode(measurement.json()), StandardCharsets.UTF_8);

        // Then
        assertThat(measurement.ratio()).isEqualTo(0.75);
        assertThat(measurement.row())
                .contains("payload.scan")
                .contains("0.75")
                .contains("?")
                .endsWith(" 48");
        assertThat(json)
                .isEqualTo(
                        "{\"allocatedBytes\":48,\"baseline\":1200,\"form\":\"minified\",\"group\":\"payload\",\"kernel\":\"scan\","
                                + "\"ratio\":0.75,\"score\":900,\"unit\":\"MB/s\",\"wanted\":0.5}");
    }

    private static Measurement measured(String group, String kernel, String form, double ratio) {
        Optional<String> input = form.isEmpty() ? Optional.empty() : Optional.of(form);
        return new Measurement(group, kernel, input, "1/s", ratio, Double.NaN, 1, Double.NaN);
    }

    private static List<String> missed(Measurement... measurements) {
        Goals goals = new Goals();
        KernelsCommand.judge(List.of(measurements), goals);
        return goals.missed();
    }

    @Test
    void kernelsThatAreFastEnoughMissNothing() {
        assertThat(missed(
                        measured("admit", "decodeAndAdmit", "plain", 0.5),
                        measured("admit", "decode", "plain", 0.01),
                        measured("payload", "scan", "spaced", 0.5),
                        measured("payload", "scanAndMinify", "minified", 0.5),
                        measured("payload", "scanAndMinify", "spaced", 0.2),
                        measured("tree", "append", "", 0.7),
                        measured("registry", "afterThousand", "", 0.1),
                        measured("registry", "afterTrillion", "", 0.06)))
                .isEmpty();
    }

    @Test
    void kernelsThatAreTooSlowAreNamed() {
        assertThat(missed(
                        measured("admit", "decodeAndAdmit", "cloudevent", 0.21),
                        measured("payload", "scan", "spaced", 0.49),
                        measured("payload", "scanAndMinify", "minified", 0.49),
                        measured("payload", "scanMinifyAndCommit", "minified", 0.34),
                        measured("tree", "append", "", 0.69)))
                .hasSize(5)
                .first()
                .isEqualTo("admit.decodeAndAdmit cloudevent, ratio: 0.210, wanted at least 0.500");
    }

    @Test
    void proofsThatGrowDearerWithTheRegistryAreNamed() {
        assertThat(missed(
                        measured("registry", "afterThousand", "", 0.1),
                        measured("registry", "afterTrillion", "", 0.04)))
                .singleElement()
                .asString()
                .startsWith("registry.afterTrillion");
        assertThat(missed(measured("registry", "afterTrillion", "", 0.04))).isEmpty();
    }
}
