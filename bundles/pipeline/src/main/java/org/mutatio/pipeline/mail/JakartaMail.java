package org.mutatio.pipeline.mail;

import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.util.Properties;
import org.mutatio.sdk.mail.Octets;

/// Gives a message as `jakarta.mail.internet.MimeMessage` of whatever bundle the filter took that class from. By
/// reflection: so neither the SDK nor we need Jakarta Mail, and two versions of it may be there at once.
final class JakartaMail {

    private static final String MESSAGE = "jakarta.mail.internet.MimeMessage";
    /// Jakarta Mail holds a message in memory.
    private static final long MOST = 64L * 1024 * 1024;

    private JakartaMail() {}

    static <T> T parse(Octets message, Class<T> type) {
        if (!type.getName().equals(MESSAGE)) {
            throw new IllegalArgumentException("a mail can be had as " + MESSAGE + ", not as " + type.getName());
        }
        if (message.size() > MOST) {
            throw new IllegalArgumentException("larger than the " + MOST + " octets that are held in memory");
        }
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        // it looks its parts up there, and finds those of its own bundle only so
        thread.setContextClassLoader(type.getClassLoader());
        try (InputStream octets = message.stream()) {
            Class<?> session = Class.forName("jakarta.mail.Session", true, type.getClassLoader());
            Object instance = session.getMethod("getInstance", Properties.class).invoke(null, new Properties());
            return type.getConstructor(session, InputStream.class).newInstance(instance, octets);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException("Jakarta Mail cannot read the message", e.getCause());
        } catch (ReflectiveOperationException | java.io.IOException e) {
            throw new IllegalArgumentException("Jakarta Mail cannot be used", e);
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
