// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

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

    private static final int TENANT_LENGTH_MAX = 63;
    private static final int PARTITION_DIGITS_MAX = 4;

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
        int slash = text.indexOf('/');
        String tenant = text.substring(0, Math.max(slash, 0));
        if (!isTenant(tenant) || !isPartition(text, slash + 1)) {
            throw new IllegalArgumentException("not a chain id: '" + text + "'");
        }
        return new ChainId(tenant, Integer.parseInt(text, slash + 1, text.length(), 10));
    }

    private static boolean isPartition(String text, int from) {
        int digits = text.length() - from;
        if (digits < 1 || digits > PARTITION_DIGITS_MAX || (digits > 1 && text.charAt(from) == '0')) {
            return false;
        }
        for (int i = from; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    /** Whether the text has the form of a tenant id; {@code operator} has. */
    public static boolean isTenant(String text) {
        int last = text.length() - 1;
        if (last < 0 || last >= TENANT_LENGTH_MAX || text.charAt(0) == '-' || text.charAt(last) == '-') {
            return false;
        }
        for (int i = 0; i <= last; i++) {
            char c = text.charAt(i);
            if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-') {
                return false;
            }
        }
        return true;
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
