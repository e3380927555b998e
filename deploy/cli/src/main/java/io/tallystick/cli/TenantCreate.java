// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.topic.AccessGrant;
import io.tallystick.topic.AdminOrder;
import io.tallystick.topic.NewTenant;
import io.tallystick.topic.TenantAdmin;
import io.tallystick.topic.TenantChange;
import io.tallystick.topic.TenantDescriptor;
import io.tallystick.topic.TenantPolicies;
import io.tallystick.topic.Topics;
import io.tallystick.verify.ExitCode;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tally tenant create}. */
@Command(
        name = "create",
        description = {
            "Create a tenant: its topics ledger.in.<tenant>, ledger.receipts.<tenant>, ledger.rejects.<tenant>.",
            "Every partition of the input topic becomes a chain: one partition for one total order, more for more",
            "throughput. Creating a tenant that exists changes nothing but missing access.",
            "",
            "The id is 1 to 63 lower-case letters, digits and inner dashes. It is permanent and stands in every entry."
        })
final class TenantCreate extends TenantCommand.Change {
    @Mixin
    private PolicyOptions policies;

    @Mixin
    private AccessOptions access;

    @Option(names = "--partitions", defaultValue = "1", description = "Partitions of the input topic (default: 1).")
    private int partitions;

    @Option(names = "--replication", description = "Replicas of each topic (default: as ledger.entries has).")
    private Integer replication;

    @Option(
            names = "--retention-days",
            defaultValue = "2555",
            description = "Days its bundles are to be kept (default: 2555, seven years).")
    private long retentionDays;

    @Option(
            names = "--transactional",
            description = {
                "Its producers use transactions, so offsets without entries are expected. Needed from the start for producers",
                "with a transactional.id: without it their evidence does not verify, and it cannot be given later."
            })
    private boolean transactional;

    private Optional<AccessGrant> granted = Optional.empty();

    @Override
    void check(String of) {
        if (of.equals(Topics.OPERATOR)) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "tenant " + of
                            + " cannot be created: it is the ledger's own, and its events are the ledger's alone",
                    "Choose another id.");
        }
        access.of(of, transactional);
        tenant(of, replication == null ? 1 : replication);
    }

    @Override
    TenantChange change(TenantAdmin admin, String of, AdminOrder by) {
        int entries = admin.replication();
        int replicas = replication == null ? entries : replication;
        if (replicas < entries) {
            warn("the tenant's topics get " + replicas + " replica(s), ledger.entries has " + entries
                    + ": its records are less safe than the ledger until they are in it");
        }
        return admin.create(
                tenant(of, replicas), access.of(of, transactional), given -> granted = Optional.of(given), by);
    }

    private NewTenant tenant(String of, int replicas) {
        return new NewTenant(
                of,
                partitions,
                replicas,
                new TenantDescriptor.Retention(NewTenant.DEFAULT_RETENTION.name(), retentionDays),
                transactional,
                policies.over(TenantPolicies.DEFAULT));
    }

    @Override
    TenantReport.Sentences sentences(String of) {
        return new TenantReport.Sentences(
                "tenant " + of + " is ready",
                "tenant " + of + " existed already and is as it was; "
                        + (transactional
                                ? "--transactional is for a tenant that is being created, and cannot be given later"
                                : "'tally tenant configure' changes its policies, retention and access"));
    }

    @Override
    Optional<AccessGrant> grant(TenantAdmin admin, TenantDescriptor of, AdminOrder by) {
        if (granted.isPresent()) {
            return granted;
        }
        return access.of(of.tenant(), of.transactional()).map(given -> admin.grant(given, by));
    }
}
