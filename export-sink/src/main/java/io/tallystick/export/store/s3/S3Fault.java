// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.s3;

import java.io.IOException;
import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * What an answer, or none, means for who asked.
 *
 * <pre>
 * TAKEN     412                                              the name is taken
 * MISSING   404, except for the bucket itself                no such object
 * PASSING   408, 409, 429, 5xx, damaged on the way, no answer    to be tried again, after a look at what is there
 * REFUSED   everything else: permission, credentials, bucket     somebody must act
 * </pre>
 */
enum S3Fault {
    TAKEN,
    MISSING,
    PASSING,
    REFUSED;

    private static final Set<Integer> PASSING_STATUS = Set.of(408, 409, 429);
    /** Status 400, but a matter of this one transfer. */
    private static final Set<String> PASSING_CODES = Set.of(
            "BadDigest",
            "IncompleteBody",
            "InternalError",
            "RequestTimeout",
            "ServiceUnavailable",
            "SlowDown",
            "XAmzContentChecksumMismatch",
            "XAmzContentSHA256Mismatch");

    static S3Fault of(SdkException fault) {
        if (!(fault instanceof AwsServiceException answer)) {
            return PASSING;
        }
        String code = code(answer);
        int status = answer.statusCode();
        if (status == 412) {
            return TAKEN;
        }
        if (status == 404 && !code.equals("NoSuchBucket")) {
            return MISSING;
        }
        boolean passing = status >= 500 && status != 501;
        return passing || PASSING_STATUS.contains(status) || PASSING_CODES.contains(code) ? PASSING : REFUSED;
    }

    private static String code(AwsServiceException answer) {
        String code = answer.awsErrorDetails() == null
                ? null
                : answer.awsErrorDetails().errorCode();
        return code == null ? "" : code;
    }

    /** For people: what was asked of whom, and what came back. */
    static IOException explain(String request, S3Settings settings, SdkException fault) {
        String remedy = of(fault) == REFUSED
                ? ". Check the bucket's name, the credentials and what their policy allows; nothing was overwritten."
                : "";
        return new IOException(request + " in " + settings + ": " + describe(fault) + remedy, fault);
    }

    static String describe(SdkException fault) {
        return fault instanceof AwsServiceException answer
                ? "status " + answer.statusCode() + " " + code(answer)
                : "no usable answer: " + fault.getMessage();
    }
}
