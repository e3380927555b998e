// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.bench.load.Gauge.Speed;
import io.tallystick.bench.load.SteadyLoad.Run;
import io.tallystick.json.Jcs;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class FiguresTest {
    @Test
    void quantileIsTheSmallestSampleThatTheShareDoesNotExceed() {
        double[] samples = {5, 1, 4, 2, 3};

        assertThat(Median.quantile(samples, 0.5)).isEqualTo(3);
        assertThat(Median.quantile(samples, 0.95)).isEqualTo(5);
        assertThat(Median.quantile(samples, 0.8)).isEqualTo(4);
        assertThat(Median.quantile(samples, 1)).isEqualTo(5);
        assertThat(samples).containsExactly(5, 1, 4, 2, 3);
    }

    @Test
    void medianOfAnEvenNumberLiesBetween() {
        assertThat(Median.quantile(new double[] {1, 2, 3, 10}, 0.5)).isEqualTo(2.5);
    }

    @Test
    void nothingHasNoQuantile() {
        assertThat(Median.quantile(new double[0], 0.5)).isNaN();
    }

    @Test
    void ratioComparesRoundByRound() {
        List<Speed> baseline = List.of(speed(100, 10), speed(200, 10), speed(400, 10));
        List<Speed> subject = List.of(speed(90, 20), speed(100, 20), speed(400, 5));

        assertThat(Speed.ratio(subject, baseline)).isEqualTo(0.9);
        assertThat(Speed.threadRatio(subject, baseline)).isEqualTo(0.5);
        assertThat(speed(10_000, 1).recordsOfCommit()).isEqualTo(50);
    }

    private static Speed speed(double perSecond, double thread) {
        return new Speed(perSecond, thread, 0, 0, 200);
    }

    @Test
    void recordsAreDueAtASteadyRate() {
        Run run = new Run(1_000, 500, 7, 2_000);

        assertThat(run.due(1_000)).isEqualTo(7);
        assertThat(run.due(1_001)).isEqualTo(500_007);
        assertThat(run.due(3_000)).isEqualTo(1_000_000_007);
    }

    @Test
    void busyThreadUsesCpuTimeOfItsProcessAndOfNoOtherThread() {
        // Given
        Cpu process = Cpu.ofThisProcess();
        Cpu mine = Cpu.ofThreads(
                Pattern.compile(Pattern.quote(Thread.currentThread().getName())));
        Cpu none = Cpu.ofThreads(Pattern.compile("no such thread"));

        // When
        while (Cpu.ofThreads(Pattern.compile(
                                Pattern.quote(Thread.currentThread().getName())))
                        .microsSince(mine, 1)
                < 100_000) {
            Thread.onSpinWait();
        }

        // Then
        assertThat(Cpu.ofThisProcess().microsSince(process, 1)).isGreaterThan(50_000);
        assertThat(none.used()).isZero();
        assertThat(Cpu.ofThisProcess().microsSince(process, 100)).isLessThan(100_000_000);
    }

    @Test
    void processThatIsNotThereHasNoCpuTime() {
        assertThatThrownBy(() -> Cpu.of(Long.MAX_VALUE)).isInstanceOf(IllegalStateException.class);
        assertThat(Cpu.residentMebibytes(Long.MAX_VALUE)).isNaN();
    }

    @Test
    void tableIsPrintedInColumnsAndWrittenAsJson() {
        // Given
        Table table = new Table("speeds", "what", "records", "ratio");
        table.row("pass-through", 1_234_567L, 1.0);
        table.row("unknown", 2L, Double.NaN);
        table.note("a note");

        // When
        StringWriter text = new StringWriter();
        table.print(new PrintWriter(text));

        // Then
        assertThat(text.toString().lines().toList())
                .containsExactly(
                        "",
                        "speeds",
                        "what            records  ratio",
                        "pass-through  1,234,567   1.00",
                        "unknown               2      -",
                        "a note");
        assertThat(new String(Jcs.encode(table.json()), UTF_8))
                .isEqualTo("{\"notes\":[\"a note\"],\"rows\":["
                        + "{\"ratio\":1,\"records\":1234567,\"what\":\"pass-through\"},"
                        + "{\"ratio\":\"-\",\"records\":2,\"what\":\"unknown\"}]}");
    }

    @Test
    void rowWithACellTooFewIsRefused() {
        assertThatThrownBy(() -> new Table("t", "a", "b").row("only one")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void payloadHasExactlyTheSizeAndItsNumber() {
        Payloads payloads = new Payloads();

        for (int number = 0; number < 1_000; number++) {
            byte[] payload = payloads.sized(number, 200);
            assertThat(payload).hasSize(200);
            assertThat(new String(payload, UTF_8))
                    .startsWith("{\"event\":\"" + number + " ")
                    .endsWith("\"}");
        }
    }
}
