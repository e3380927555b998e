// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way of tampering we know is noticed by the phase that owns it, with the exit code and the words promised. */
class MutationTest {
    @TempDir
    static Path temp;

    private static Scenario scenario;

    @BeforeAll
    static void writeBucket() throws IOException {
        scenario = Scenario.write(temp, 2);
    }

    interface Tamper {
        void with(Tampering bucket) throws IOException;
    }

    /**
     * One row of the matrix.
     *
     * @param phase whose verdict must not be pass
     * @param message part of a fault or reason of that phase
     */
    record Mutation(String name, int exitCode, Phase phase, String message, Tamper tamper) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Mutation> mutations() {
        return Stream.of(
                        StructureMutations.structure(),
                        StructureMutations.digests(),
                        EntryMutations.entries(),
                        TreeMutations.chains(),
                        TreeMutations.trees(),
                        LedgerMutations.signatures(),
                        LedgerMutations.completeness(),
                        AnchorMutations.rows(),
                        TargetMutations.rows(),
                        HistoryMutations.rows())
                .flatMap(rows -> rows);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mutations")
    void tamperingIsRefusedForTheStatedReason(Mutation mutation, @TempDir Path folder) throws IOException {
        // Given
        Tampering bucket = new Tampering(scenario, folder);
        mutation.tamper().with(bucket);

        // When
        VerificationReport report = Verifier.verify(bucket.request);

        // Then
        requireRefused(report, mutation);
        assertThat(report.jsonText()).startsWith("{\"bundles\":[");
    }

    static void requireRefused(VerificationReport report, Mutation mutation) {
        assertThat(report.exitCode()).as(report.text()).isEqualTo(mutation.exitCode());
        assertThat(said(report, mutation.phase())).as(report.text()).anySatisfy(text -> assertThat(text)
                .contains(mutation.message()));
    }

    static Stream<Mutation> oddClaims() {
        return TargetMutations.oddClaims();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("oddClaims")
    void oddClaimsAreNotedAndRefuseNothing(Mutation mutation, @TempDir Path folder) throws IOException {
        // Given
        Tampering bucket = new Tampering(scenario, folder);
        mutation.tamper().with(bucket);

        // When
        VerificationReport report = Verifier.verify(bucket.request);

        // Then
        assertThat(report.exitCode()).as(report.text()).isEqualTo(mutation.exitCode());
        assertThat(report.jsonText()).contains(mutation.message());
    }

    private static List<String> said(VerificationReport report, Phase phase) {
        List<PhaseVerdict> verdicts = new ArrayList<>();
        report.bundles().forEach(bundle -> verdicts.add(bundle.phase(phase)));
        if (phase == Phase.STRUCTURE) {
            report.target().ifPresent(verdicts::add);
        }
        if (phase == Phase.COMPLETENESS) {
            report.tenants().forEach(tenant -> verdicts.add(tenant.completeness()));
            report.registry().ifPresent(verdicts::add);
        }
        List<String> said = new ArrayList<>();
        for (PhaseVerdict verdict : verdicts) {
            verdict.faults().forEach(fault -> said.add(fault.toString()));
            said.addAll(verdict.reasons());
        }
        return said;
    }

    @Test
    void matrixHasManyRows() {
        // Then
        assertThat(mutations().map(Mutation::name))
                .hasSizeGreaterThanOrEqualTo(150)
                .doesNotHaveDuplicates();
    }
}
