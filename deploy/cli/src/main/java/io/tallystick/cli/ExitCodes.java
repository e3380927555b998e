// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

/** What the process tells its caller. DESIGN.md section 9. */
final class ExitCodes {
    static final int OK = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;
    static final int UNREACHABLE = 5;
    static final int INTERNAL = 70;

    private ExitCodes() {}
}
