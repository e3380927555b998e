// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench;

import io.tallystick.bench.evidence.EvidenceCommand;
import io.tallystick.bench.evidence.ProveCommand;
import io.tallystick.bench.faults.FaultsCommand;
import io.tallystick.bench.kernel.KernelsCommand;
import io.tallystick.bench.load.AnchorCommand;
import io.tallystick.bench.load.ExportCommand;
import io.tallystick.bench.load.IngestCommand;
import io.tallystick.bench.load.LatencyCommand;
import io.tallystick.bench.load.RecoveryCommand;
import io.tallystick.bench.load.ScalingCommand;
import io.tallystick.bench.load.SealCommand;
import io.tallystick.bench.load.SequencerCommand;
import io.tallystick.bench.simulate.SimulateCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code deploy/bench/run}: one command for each thing that is measured or tried. */
@Command(
        name = "deploy/bench/run",
        mixinStandardHelpOptions = true,
        description = "Measures the ledger, every figure beside its baseline of the same run.",
        scope = CommandLine.ScopeType.INHERIT,
        subcommands = {
            KernelsCommand.class,
            FaultsCommand.class,
            AnchorCommand.class,
            ExportCommand.class,
            IngestCommand.class,
            LatencyCommand.class,
            RecoveryCommand.class,
            ScalingCommand.class,
            SealCommand.class,
            SequencerCommand.class,
            SimulateCommand.class,
            EvidenceCommand.class,
            ProveCommand.class
        })
public final class Bench implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Which command?");
    }

    /** Exit code of the command; 2 if the arguments are wrong. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Bench()).execute(args));
    }
}
