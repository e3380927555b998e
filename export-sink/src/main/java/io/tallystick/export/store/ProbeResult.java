// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store;

import java.util.List;
import java.util.stream.Stream;

/**
 * One thing a probe tried on a store.
 *
 * @param check what was tried, in a word or two
 * @param verdict what came of it
 * @param detail what the store did, for people
 */
public record ProbeResult(String check, Verdict verdict, String detail) {
    /** What came of it. */
    public enum Verdict {
        /** The store did as it must. */
        PASS,
        /** It did not: evidence in this store can be removed or changed. */
        FAIL,
        /** It could not be tried: what passed besides proves nothing. */
        OPEN,
        /** Worth knowing. */
        NOTE
    }

    public static ProbeResult pass(String check, String detail) {
        return new ProbeResult(check, Verdict.PASS, detail);
    }

    public static ProbeResult fail(String check, String detail) {
        return new ProbeResult(check, Verdict.FAIL, detail);
    }

    public static ProbeResult open(String check, String detail) {
        return new ProbeResult(check, Verdict.OPEN, detail);
    }

    /** What a probe says as a whole: FAIL if anything failed, else OPEN if anything is open, else PASS. */
    public static Verdict overall(List<ProbeResult> results) {
        return Stream.of(Verdict.FAIL, Verdict.OPEN)
                .filter(verdict -> results.stream().anyMatch(result -> result.verdict() == verdict))
                .findFirst()
                .orElse(Verdict.PASS);
    }

    public static ProbeResult note(String check, String detail) {
        return new ProbeResult(check, Verdict.NOTE, detail);
    }

    /** Something is wrong with legal holds: a failure where tenants are under one, else worth knowing. */
    public static ProbeResult wrongHold(boolean holds, String check, String detail) {
        return holds
                ? fail(check, detail)
                : note(check, detail + "; no tenant is under a hold, so nothing rests on it");
    }
}
