// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.topic.TenantAccess;
import io.tallystick.verify.ExitCode;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What a tenant's principal may do on the cluster. */
final class AccessOptions {
    @Option(
            names = "--principal",
            paramLabel = "User:NAME",
            description = {
                "Who the tenant's producers are to the brokers. Grants, by ACLs with literal topic names: Write on the",
                "input topic, Read on receipts and rejects, and consumer groups whose names begin with '<tenant>.'."
            })
    private String principal;

    @Option(
            names = "--ingest-principal",
            paramLabel = "User:NAME",
            description = "Who 'tally run ingest' is to the brokers, unless it is a super user.")
    private String ingestPrincipal;

    @Option(
            names = "--producer-byte-rate",
            paramLabel = "BYTES",
            description = "Quota of the principal: bytes a second it may produce through each broker.")
    private Long producerByteRate;

    /**
     * What is asked for, if anything.
     *
     * @throws CommandException if something is to be granted to nobody
     * @throws IllegalArgumentException if a value is not one
     */
    Optional<TenantAccess> of(String tenant, boolean transactional) {
        if (principal == null) {
            if (ingestPrincipal != null || producerByteRate != null) {
                throw new CommandException(
                        ExitCode.USAGE,
                        "--ingest-principal and --producer-byte-rate need --principal",
                        "Say who the tenant is to the brokers: --principal User:NAME");
            }
            return Optional.empty();
        }
        return Optional.of(new TenantAccess(
                tenant,
                principal,
                Optional.ofNullable(ingestPrincipal),
                Optional.ofNullable(producerByteRate),
                transactional));
    }
}
