package io.github.diffusion4j.docs.emoji;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.io.InputStream;

/** What lies in the resources beside this class: {@code emoji}. */
final class Resources {

    private Resources() {}

    static InputStream open(String name) {
        return Resources.class.getResourceAsStream("/emoji/" + name);
    }

    /** A network, every call of which is computed by the thread that asks: several of them share the processors better, and bits do not depend on their number. */
    static OrtSession network(String name) throws IOException {
        try (InputStream model = open(name); OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            return OrtEnvironment.getEnvironment().createSession(model.readAllBytes(), options);
        } catch (OrtException e) {
            throw new IOException("ONNX Runtime does not take the network " + name + ": " + e.getMessage(), e);
        }
    }

    /** Lets go of a network. */
    static void close(OrtSession session) throws IOException {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IOException("ONNX Runtime did not let go of the network: " + e.getMessage(), e);
        }
    }
}
