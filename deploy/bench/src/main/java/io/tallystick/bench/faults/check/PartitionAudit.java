// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults.check;

import io.tallystick.bench.faults.check.Finding.Kind;

/** One partition of {@code ledger.entries}: begins with its Init record, counts without gaps. */
final class PartitionAudit {
    private final String where;
    private final Findings findings;
    private long expected;

    PartitionAudit(String where, Findings findings) {
        this.where = where;
        this.findings = findings;
    }

    void next(LedgerRecord record) {
        if ((record.type() == LedgerRecord.Type.INIT) != (expected == 0)) {
            findings.add(Kind.IRREGULAR, where, record.type() + " where record " + expected + " is due");
        }
        if (record.pseq() < expected) {
            findings.add(Kind.FORKED, where, "record " + record.pseq() + " again, where " + expected + " is due");
        } else if (record.pseq() > expected) {
            findings.add(Kind.LOST, where, "records " + expected + " to " + (record.pseq() - 1) + " are missing");
        }
        expected = record.pseq() + 1;
    }
}
