// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import java.util.Collection;

/** Exit codes of a verification, and of every {@code tally} command. DESIGN.md section 9. */
public final class ExitCode {
    /** Everything that was required passed; a command did what it was asked. */
    public static final int VALID = 0;
    /** A phase failed. */
    public static final int FAILED = 1;
    /** The request cannot be carried out as given. */
    public static final int USAGE = 2;
    /** Intact as far as it goes, but not all is there. */
    public static final int INCOMPLETE = 3;
    /** Signed by nobody the trust root lists, or there is no usable trust root. */
    public static final int UNTRUSTED = 4;
    /** The storage could not be read, or a broker or registry not be reached. */
    public static final int UNREACHABLE = 5;
    /** A fault of the program itself, or a broken invariant of the ledger. */
    public static final int INTERNAL = 70;

    private ExitCode() {}

    /** The code that counts if several apply: usage and storage first, then 1 before 4 before 3. */
    static int worst(Collection<Integer> codes) {
        for (int code : new int[] {USAGE, UNREACHABLE, FAILED, UNTRUSTED, INCOMPLETE}) {
            if (codes.contains(code)) {
                return code;
            }
        }
        return VALID;
    }
}
