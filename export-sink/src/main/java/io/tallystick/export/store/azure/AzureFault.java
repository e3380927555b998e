// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.azure;

import com.azure.core.exception.AzureException;
import com.azure.core.exception.HttpResponseException;
import com.azure.storage.blob.models.BlobStorageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.concurrent.TimeoutException;

/**
 * What an answer, or none, means for who asked.
 *
 * <pre>
 * TAKEN     412; 409 for a blob that is there or immutable         the name is taken
 * MISSING   404, except for the container itself                   no such blob
 * PASSING   408, other 409, 429, 5xx, damaged on the way, no answer    to be tried again, after a look at what is there
 * REFUSED   everything else: permission, credentials, container    somebody must act
 * </pre>
 */
enum AzureFault {
    TAKEN,
    MISSING,
    PASSING,
    REFUSED;

    private static final Set<Integer> PASSING_STATUS = Set.of(408, 409, 429);
    private static final Set<String> TAKEN_CODES =
            Set.of("BlobAlreadyExists", "BlobImmutableDueToPolicy", "ConditionNotMet", "TargetConditionNotMet");
    /** Status 400, but a matter of this one transfer; a block list is invalid when another writer's commit came between. */
    private static final Set<String> PASSING_CODES = Set.of("Md5Mismatch", "InvalidBlockList", "OperationTimedOut");
    /** Status 404, but not the blob's. */
    private static final Set<String> NO_CONTAINER = Set.of("ContainerNotFound", "ResourceNotFound", "AccountNotFound");

    /** Whether the exception is the store's, or that of the way to it. */
    static boolean isOfStore(RuntimeException fault) {
        return fault instanceof AzureException || isSilence(fault);
    }

    /** The SDK throws plain runtime exceptions around what its transport met. */
    private static boolean isSilence(RuntimeException fault) {
        if (fault instanceof UncheckedIOException) {
            return true;
        }
        for (Throwable cause = fault.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException || cause instanceof TimeoutException) {
                return true;
            }
        }
        return false;
    }

    static AzureFault of(RuntimeException fault) {
        if (!(fault instanceof HttpResponseException answer) || answer.getResponse() == null) {
            return isSilence(fault) ? PASSING : REFUSED; // what is no answer and no silence has to do with credentials
        }
        int status = answer.getResponse().getStatusCode();
        String code = code(answer);
        if (status == 412 || (status == 409 && TAKEN_CODES.contains(code))) {
            return TAKEN;
        }
        if (status == 404 && !NO_CONTAINER.contains(code)) {
            return MISSING;
        }
        boolean passing = status >= 500 && status != 501;
        return passing || PASSING_STATUS.contains(status) || PASSING_CODES.contains(code) ? PASSING : REFUSED;
    }

    private static String code(HttpResponseException answer) {
        return answer instanceof BlobStorageException blob && blob.getErrorCode() != null
                ? blob.getErrorCode().toString()
                : "";
    }

    /** For people: what was asked of whom, and what came back. */
    static IOException explain(String request, AzureSettings settings, RuntimeException fault) {
        String remedy = of(fault) == REFUSED
                ? ". Check the container's name, the credentials and what their role allows; nothing was overwritten."
                : "";
        return new IOException(request + " in " + settings + ": " + describe(fault) + remedy, fault);
    }

    static String describe(RuntimeException fault) {
        return fault instanceof HttpResponseException answer && answer.getResponse() != null
                ? "status " + answer.getResponse().getStatusCode() + " " + code(answer)
                : "no usable answer: " + fault.getMessage();
    }
}
