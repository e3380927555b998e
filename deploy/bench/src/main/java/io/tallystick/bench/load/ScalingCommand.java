// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code scaling}: more instances, more tenants, and one tenant that is much louder than the others. */
@Command(
        name = "scaling",
        description =
                "One and two sequencers on the same load; many tenants over two instances of each stage; one tenant with 90%%"
                        + " of the load. Wanted: the others' p95 at most twice its idle value.")
public final class ScalingCommand implements Callable<Integer> {
    @Mixin
    private Report report;

    @Option(names = "--tenants", description = "One-partition tenants (default: 1,000; quick: 100).")
    private int tenants;

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (Rig rig = Rig.start()) {
            new TwoSequencers(rig, report).run();
            new HotTenant(rig, report).run();
            new ManyTenants(rig, report).run(tenants > 0 ? tenants : report.size(1_000, 100));
        }
        return report.finish();
    }
}
