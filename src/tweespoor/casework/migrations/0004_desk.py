"""A phone remembers the seats that it had before people were counted again; old lines of the log go in two steps."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0002_guards'),
    ]

    operations = [
        migrations.AddField(
            model_name='visitor',
            name='earlier_seats',
            field=models.JSONField(null=True),
        ),
        migrations.CreateModel(
            name='LogEnding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('before_ms', models.BigIntegerField()),
                ('announced_ms', models.BigIntegerField()),
                ('removable_ms', models.BigIntegerField()),
                ('objected_ms', models.BigIntegerField(null=True)),
                ('done_ms', models.BigIntegerField(null=True)),
                ('lines', models.IntegerField(default=0)),
                ('announced_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('objected_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('done_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
    ]
