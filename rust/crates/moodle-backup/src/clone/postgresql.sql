-- What makes a restored site a clone, in the transaction that restores it. `mod.rs` sets the parameters moodle_backup.* before, and reads
-- what the last statement says.
SELECT set_config('moodle_backup.home', schemaname::text, true) FROM pg_catalog.pg_tables
  WHERE tablename = 'mdl_config' AND schemaname NOT IN ('pg_catalog', 'information_schema', 'moodle_backup');

-- No mail leaves, none is fetched, no message goes anywhere but to the site's own pages, and cron does nothing.
DO $clone$
DECLARE
  home text := current_setting('moodle_backup.home', true);
  wanted record;
  number bigint;
  processors bigint := 0;
BEGIN
  IF coalesce(home, '') = '' THEN
    RAISE EXCEPTION 'the dump holds no table mdl_config';
  END IF;
  FOR wanted IN SELECT * FROM jsonb_each_text(current_setting('moodle_backup.settings')::jsonb) LOOP
    EXECUTE format('UPDATE %I.mdl_config SET value = $2 WHERE name = $1', home) USING wanted.key, wanted.value;
    GET DIAGNOSTICS number = ROW_COUNT;
    IF number = 0 THEN
      EXECUTE format('INSERT INTO %I.mdl_config (name, value) VALUES ($1, $2)', home) USING wanted.key, wanted.value;
    END IF;
  END LOOP;
  IF to_regclass(format('%I.mdl_message_processors', home)) IS NOT NULL THEN
    EXECUTE format('UPDATE %I.mdl_message_processors SET enabled = 0 WHERE name <> $1 AND enabled <> 0', home) USING 'popup';
    GET DIAGNOSTICS processors = ROW_COUNT;
  END IF;
  PERFORM set_config('moodle_backup.processors', processors::text, true);
END $clone$;

-- ObjectFS writes below a prefix of the clone's own, moves nothing, and deletes nothing.
DO $clone$
DECLARE
  home text := current_setting('moodle_backup.home');
  wanted record;
  number bigint := 0;
  ours bigint := 0;
BEGIN
  IF to_regclass(format('%I.mdl_config_plugins', home)) IS NOT NULL THEN
    EXECUTE format('SELECT count(*), count(*) FILTER (WHERE name = $2 AND value = $3) FROM %I.mdl_config_plugins WHERE plugin = $1', home)
      INTO number, ours USING 'tool_objectfs', 'key_prefix', current_setting('moodle_backup.objects')::jsonb ->> 'key_prefix';
  END IF;
  PERFORM set_config('moodle_backup.has_objects', (number > 0)::text, true);
  IF ours > 0 THEN
    RAISE EXCEPTION 'the prefix of the clone''s objects is the source''s own: name another with --object-prefix';
  END IF;
  IF number > 0 THEN
    FOR wanted IN SELECT * FROM jsonb_each_text(current_setting('moodle_backup.objects')::jsonb) LOOP
      EXECUTE format('UPDATE %I.mdl_config_plugins SET value = $3 WHERE plugin = $1 AND name = $2', home)
        USING 'tool_objectfs', wanted.key, wanted.value;
      GET DIAGNOSTICS number = ROW_COUNT;
      IF number = 0 THEN
        EXECUTE format('INSERT INTO %I.mdl_config_plugins (plugin, name, value) VALUES ($1, $2, $3)', home)
          USING 'tool_objectfs', wanted.key, wanted.value;
      END IF;
    END LOOP;
  END IF;
END $clone$;

-- The old address becomes the new one in the columns where Moodle's own admin/tool/replace does that. What PHP's serialize() wrote says
-- the length of each string, and could not be read any more: it is left alone, and counted.
DO $clone$
DECLARE
  patterns text[] := current_setting('moodle_backup.patterns')::text[];
  places text[] := current_setting('moodle_backup.places')::text[];
  option text := current_setting('moodle_backup.option');
  serialized constant text := '(^|[;{}])[sS]:[0-9]+:\\*"';
  found record;
  hit text;
  fresh text;
  counted record;
  said jsonb := '{"rows": 0, "columns": {}, "shortened": {}, "left_serialized": {}}';
BEGIN
  FOR found IN
    SELECT relname || '.' || attname AS name, attname AS col, format('%I.%I', nspname, relname) AS place,
      CASE WHEN atttypmod > 4 THEN atttypmod - 4 END AS room
    FROM pg_catalog.pg_attribute JOIN pg_catalog.pg_class AS tables ON tables.oid = attrelid
      JOIN pg_catalog.pg_namespace AS homes ON homes.oid = relnamespace
    WHERE nspname = current_setting('moodle_backup.home') AND relkind IN ('r', 'p') AND NOT relispartition AND relname LIKE 'mdl\_%'
      AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
      AND atttypid IN ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype)
      AND substr(relname, 5) NOT IN ('config', 'config_plugins', 'filter_config', 'sessions', 'events_queue',
        'repository_instance_config', 'block_instances', 'files')
      AND substr(relname, 5) !~ '(^|_)logs?($|_)' AND attname !~ 'hash$'
    ORDER BY relname, attnum
  LOOP
    hit := format('strpos(lower(%1$I), %2$L) > 0 AND %1$I ~ %3$L', found.col, current_setting('moodle_backup.host'),
      option || array_to_string(patterns, '|'));
    fresh := quote_ident(found.col);
    FOR number IN 1 .. array_length(patterns, 1) LOOP
      fresh := format('regexp_replace(%s, %L, %L, %L)', fresh, option || patterns[number], places[number], 'g');
    END LOOP;
    EXECUTE format('SELECT count(*) FILTER (WHERE %1$I !~ $1) AS taken, count(*) FILTER (WHERE %1$I ~ $1) AS left_serialized,
      count(*) FILTER (WHERE %1$I !~ $1 AND length(%2$s) > $2) AS shortened FROM %3$s WHERE %4$s', found.col, fresh, found.place, hit)
      INTO counted USING serialized, found.room;
    IF counted.taken > 0 THEN
      EXECUTE format('UPDATE %1$s SET %2$I = left(%3$s, %5$s) WHERE %4$s AND %2$I !~ $1', found.place, found.col, fresh, hit,
        coalesce(found.room, 2147483647)) USING serialized;
      said := jsonb_set(said, '{rows}', to_jsonb((said ->> 'rows')::bigint + counted.taken));
      said := jsonb_set(said, array['columns', found.name], to_jsonb(counted.taken));
    END IF;
    IF counted.shortened > 0 THEN
      said := jsonb_set(said, array['shortened', found.name], to_jsonb(counted.shortened));
    END IF;
    IF counted.left_serialized > 0 THEN
      said := jsonb_set(said, array['left_serialized', found.name], to_jsonb(counted.left_serialized));
    END IF;
  END LOOP;
  PERFORM set_config('moodle_backup.said', said::text, true);
END $clone$;

-- Settings that name the old address are left to somebody who knows what they are for; blocks keep their texts encoded.
DO $clone$
DECLARE
  home text := current_setting('moodle_backup.home');
  pattern text := current_setting('moodle_backup.option') || array_to_string(current_setting('moodle_backup.patterns')::text[], '|');
  settings jsonb;
  plugins jsonb := '[]';
  blocks bigint := 0;
BEGIN
  EXECUTE format('SELECT coalesce(jsonb_agg(name ORDER BY name), ''[]'') FROM %I.mdl_config WHERE value ~ $1', home)
    INTO settings USING pattern;
  IF to_regclass(format('%I.mdl_config_plugins', home)) IS NOT NULL THEN
    EXECUTE format('SELECT coalesce(jsonb_agg(plugin || ''/'' || name ORDER BY plugin, name), ''[]'') FROM %I.mdl_config_plugins WHERE value ~ $1',
      home) INTO plugins USING pattern;
  END IF;
  IF to_regclass(format('%I.mdl_block_instances', home)) IS NOT NULL THEN
    EXECUTE format('SELECT count(*) FROM %I.mdl_block_instances WHERE configdata <> $1', home) INTO blocks USING '';
  END IF;
  PERFORM set_config('moodle_backup.said', (current_setting('moodle_backup.said')::jsonb || jsonb_build_object(
    'left_settings', settings || plugins, 'left_blocks', blocks, 'settings', current_setting('moodle_backup.settings')::jsonb,
    'message_outputs_off', current_setting('moodle_backup.processors')::bigint, 'objects',
    CASE WHEN current_setting('moodle_backup.has_objects')::boolean THEN current_setting('moodle_backup.objects')::jsonb END))::text, true);
END $clone$;

SELECT current_setting('moodle_backup.said');
