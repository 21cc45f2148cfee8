package dev.htbin.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.spi.ContextAwareBase;
import dev.htbin.handler.AccessLog;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log: everything to standard error, access lines as they are, all others as {@code HH:MM:SS level message}; one record is one line, a stack trace
 * excepted. In code, for a configuration file would cost a parser at each start.
 */
public final class LogConfiguration extends ContextAwareBase implements Configurator {
    /** Creates the configuration; the logging library does. */
    public LogConfiguration() {}

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        var appender = new StderrAppender();
        appender.setContext(context);
        appender.setName("stderr");
        appender.start();
        ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(appender);
        context.getLogger("dev.htbin").setLevel(Level.INFO);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** Silences access lines when quiet, and logs in detail when verbose. */
    static void adjust(boolean quiet, boolean verbose) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.getLogger(AccessLog.LOGGER_NAME).setLevel(quiet ? Level.OFF : Level.INFO);
            context.getLogger("dev.htbin").setLevel(verbose ? Level.DEBUG : Level.INFO);
            // How processes start is in the banner.
            context.getLogger("dev.htbin.process").setLevel(verbose ? Level.DEBUG : Level.WARN);
            context.getLogger("dev.htbin.process.warm").setLevel(verbose ? Level.DEBUG : Level.INFO);
        }
    }

    /** Logs nothing that does not need attention. */
    static void keepToWarnings() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.getLogger("dev.htbin").setLevel(Level.WARN);
        }
    }

    /** Logs nothing but what is wrong with htbin itself: what scripts do is told in another way. */
    static void keepToErrors() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.getLogger("dev.htbin").setLevel(Level.ERROR);
        }
    }

    private static final class StderrAppender extends AppenderBase<ILoggingEvent> {
        private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

        @Override
        protected void append(ILoggingEvent event) {
            LogWriter.STDERR.write(line(event));
        }
    }

    /** Returns a record as it is written, line end included. */
    static String line(ILoggingEvent event) {
        String message = LogText.escape(event.getFormattedMessage());
        if (event.getLoggerName().equals(AccessLog.LOGGER_NAME)) {
            return message + System.lineSeparator();
        }
        String time = StderrAppender.TIME.format(
                Instant.ofEpochMilli(event.getTimeStamp()).atZone(ZoneId.systemDefault()));
        String level = event.getLevel().toString().toLowerCase(Locale.ROOT);
        String trace = event.getThrowableProxy() == null ? "" : ThrowableProxyUtil.asString(event.getThrowableProxy());
        return "%s %s %s%n%s".formatted(time, level, message, trace);
    }
}
