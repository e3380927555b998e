// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names a chain: one partition of one tenant's topic. Written {@code acme/3}.
 *
 * <pre>
 * chain     = tenant "/" partition
 * tenant    = 1 to 63 of a-z 0-9 "-", neither first nor last a "-"
 * partition = 0 to 9999, no leading zeros
 * </pre>
 *
 * @param partition 0-based, at most {@link #PARTITION_MAX}: the range over which the verifier looks for unlisted chains
 */
public record ChainId(String tenant, int partition) implements Comparable<ChainId> {
    /** The greatest partition of a tenant topic. */
    public static final int PARTITION_MAX = 9_999;

    /** The tenant of the ledger's own events. */
    public static final String OPERATOR = "operator";

    private static final String TENANT = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
    private static final Pattern TENANT_PATTERN = Pattern.compile(TENANT);
    private static final Pattern CHAIN_PATTERN = Pattern.compile("(" + TENANT + ")/(0|[1-9][0-9]{0,3})");

    public ChainId {
        if (!isTenant(tenant)) {
            throw new IllegalArgumentException("not a tenant id: '" + tenant + "'");
        }
        if (partition < 0 || partition > PARTITION_MAX) {
            throw new IllegalArgumentException("partition " + partition + " is not in 0.." + PARTITION_MAX);
        }
    }

    /**
     * Parses {@code acme/3}.
     *
     * @throws IllegalArgumentException if it has another form
     */
    public static ChainId parse(String text) {
        Matcher matcher = CHAIN_PATTERN.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a chain id: '" + text + "'");
        }
        return new ChainId(matcher.group(1), Integer.parseInt(matcher.group(2)));
    }

    /** Whether the text has the form of a tenant id; {@code operator} has. */
    public static boolean isTenant(String text) {
        return TENANT_PATTERN.matcher(text).matches();
    }

    /** The chain's checkpoint origin: {@code ledger.example.com/acme/3}. */
    public String origin(String ledgerOrigin) {
        return ledgerOrigin + "/" + this;
    }

    /** Whether this is a chain of the ledger's own events. */
    public boolean isOperator() {
        return tenant.equals(OPERATOR);
    }

    /** By tenant, then by partition as a number. */
    @Override
    public int compareTo(ChainId other) {
        int byTenant = tenant.compareTo(other.tenant);
        return byTenant != 0 ? byTenant : Integer.compare(partition, other.partition);
    }

    @Override
    public String toString() {
        return tenant + "/" + partition;
    }
}
